using ImeiAgent.Diag.Messages;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;

namespace ImeiAgent.Unit.Operations;

/// <summary>A dump at an exact point: the phone was asked for one item and keeps its reply back, and all replies behind it.</summary>
/// <param name="Reply">The reply.</param>
/// <param name="Events">What the watcher who started it is told, to the end.</param>
/// <param name="Job">The job's full name.</param>
internal sealed record HeldDump(HeldReply Reply, Task<List<DumpEvent>> Events, string Job)
{
    /// <summary>Starts a dump of the bench's first phone and waits until it has come to this item.</summary>
    public static Task<HeldDump> AtAsync(Bench bench, int item, DumpRequest request) => AtAsync(bench.Jobs, bench.Registry, bench.Phone, item, request);

    /// <summary>The same with an agent of its own.</summary>
    public static async Task<HeldDump> AtAsync(DumpJobs jobs, PhoneRegistry registry, SimulatedPhone phone, int item, DumpRequest request)
    {
        // Else the questions who the phone is might be what is held.
        await registry.RequireAsync("", Bench.Ct);
        HeldReply reply = phone.Traps.HoldReply(DiagCode.NvRead, item);
        Task<List<DumpEvent>> events = Task.Run(() => jobs.ReadAsync(request, new WatchRequest(), Bench.Ct).ToListAsync(Bench.Ct).AsTask());
        await reply.Reached.WaitAsync(Eventually.Deadline, Bench.Ct);
        return new HeldDump(reply, events, jobs.List("", 0, "").Jobs[0].Name);
    }
}
