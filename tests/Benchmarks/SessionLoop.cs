using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;

namespace ImeiAgent.Benchmarks;

/// <summary>What one loop over a session came to.</summary>
/// <param name="Rate">Items a second.</param>
/// <param name="Window">The window at the end.</param>
/// <param name="Settled">The window the phone was found to take.</param>
/// <param name="Resent">How many requests were sent again.</param>
internal readonly record struct LoopResult(double Rate, int Window, int? Settled, long Resent);

/// <summary>NV reads through a session, requests sent ahead and answers taken in order, as a dump does it.</summary>
internal static class SessionLoop
{
    private const int Ahead = 2 * SessionOptions.MaxWindow;

    /// <summary>Opens the port, reads items 0 to <paramref name="items"/>, the last left out, and closes it.</summary>
    public static async Task<LoopResult> RunAsync(string port, int items, SessionOptions options, CancellationToken ct)
    {
        await using var session = new DiagSession(await Ports.OpenAsync(PortSpec.Parse(port), ct), options, TimeProvider.System);
        // Other items than those to come: one that was sent twice is not asked for again until its second reply cannot come any more.
        await ReadAsync(session, 64_000, 1000, ct);
        var watch = Stopwatch.StartNew();
        await ReadAsync(session, 0, items, ct);
        return new LoopResult(items / watch.Elapsed.TotalSeconds, session.Window, session.SettledWindow, session.Counters.Resent);
    }

    /// <summary>Reads <paramref name="items"/> items from <paramref name="first"/> on; after 65535 comes 0.</summary>
    [SuppressMessage("Reliability", "CA2012", Justification = "Replies are kept while more requests are sent, and each is awaited exactly once.")]
    public static async Task ReadAsync(DiagSession session, int first, int items, CancellationToken ct)
    {
        var ahead = new ValueTask<TimedReply<NvItem>>[Ahead];
        int sent = 0;
        for (int taken = 0; taken < items; taken++)
        {
            for (; sent < items && sent - taken < Ahead; sent++)
                ahead[sent % Ahead] = session.SendAsync<NvReadRequest, NvItem>(new NvReadRequest(new NvItemId((ushort)(first + sent))), ct);
            DiagReply<NvItem> reply = (await ahead[taken % Ahead]).Reply;
            if (reply.IsAnswer && reply.Answer.Id.Number != (ushort)(first + taken))
                throw new InvalidDataException($"item {first + taken} was answered with item {reply.Answer.Id}");
        }
    }
}
