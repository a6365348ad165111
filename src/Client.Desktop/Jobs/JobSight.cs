using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Jobs;

/// <summary>What is known of a watched job.</summary>
/// <param name="Job">As last told; null before the agent answered once.</param>
/// <param name="Progress">The last; null before the first.</param>
/// <param name="IsLost">The connection to the agent is lost; it is taken up again by itself, behind the last item that came.</param>
/// <param name="IsWhole">All that was read has come, and nothing more will.</param>
/// <param name="Fault">Why the job cannot be watched; null while it can. A failed job is no fault.</param>
public sealed record JobSight(Job? Job, ReadProgress? Progress = null, bool IsLost = false, bool IsWhole = false, CallFault? Fault = null);
