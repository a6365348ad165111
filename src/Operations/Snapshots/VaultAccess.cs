using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>Turns what the vault throws into operation errors.</summary>
internal static class VaultAccess
{
    public static T Try<T>(Func<T> access)
    {
        try
        {
            return access();
        }
        catch (VaultUnavailableException e)
        {
            throw Faults.Vault(e);
        }
        catch (SnapshotNotFoundException e)
        {
            throw Faults.SnapshotNotFound(e);
        }
        catch (SnapshotDamagedException e)
        {
            throw Faults.SnapshotDamaged(e);
        }
        catch (JobNotFoundException e)
        {
            throw Faults.JobNotFound(e);
        }
        catch (DuplicateRequestException e)
        {
            throw Faults.RequestIdReused(e.Existing.Entry.RequestId);
        }
    }
}
