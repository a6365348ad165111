using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Agents;

/// <summary>
/// What a role lets its holder do, so that nothing is offered that the agent would refuse. The agent decides; this only keeps buttons away.
/// </summary>
public static class May
{
    extension(Role role)
    {
        /// <summary>Read items and numbers, make, watch, cancel and export backups, look at traces.</summary>
        public bool MayRead => role >= Role.Reader;

        /// <summary>Restore, with a lease; import files; change the list of skips; export what went over a port.</summary>
        public bool MayRestore => role >= Role.Technician;

        /// <summary>Approve, steal leases, settle journal rows, read the audit, export a support bundle.</summary>
        public bool MaySupervise => role >= Role.Supervisor;

        /// <summary>Rename and revoke clients.</summary>
        public bool MayOwn => role >= Role.Owner;
    }
}
