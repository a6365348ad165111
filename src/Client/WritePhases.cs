using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>The order of a restore's phases, which their numbers do not tell.</summary>
public static class WritePhases
{
    extension(WritePhase phase)
    {
        /// <summary>Whether a restore that told this phase has come as far as <paramref name="other"/>.</summary>
        public bool IsAtLeast(WritePhase other) => Place(phase) >= Place(other);
    }

    private static int Place(WritePhase phase) => phase switch
    {
        WritePhase.Unspecified => 0,
        WritePhase.Checked => 1,
        WritePhase.BackedUp => 2,
        WritePhase.Intent => 3,
        WritePhase.Sent => 4,
        WritePhase.ReadBack => 5,
        WritePhase.Reset => 6,
        WritePhase.ReRead => 7,
        WritePhase.Closed => 8,
        _ => 4, // Of a newer agent: the worst is taken for true, that something was sent.
    };
}
