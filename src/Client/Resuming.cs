using System.Runtime.CompilerServices;
using Google.Protobuf;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// How calls that may be made twice get over a broken connection, an agent that ends and one that is killed and started again.
//
// A watch: once the job's name is known it is asked for again from behind the last batch that came, so that the caller gets the header
// once and every batch once. It is given up after 2 minutes without news; the job goes on without it.
// What is of a snapshot, its file or its items: it does not change, so it is asked for again and what came already is left out.
// Before the name is known nothing was learnt, and the call is made anew for 10 s; for 0.3 s when nobody listens.
// Refusals, as that the job does not exist, are passed on at once.
internal static class Resuming
{
    /// <summary>A call that may be made twice.</summary>
    public static async Task<T> CallAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellation)
    {
        for (Outage? outage = null; ;)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (AgentException fault) when (Outage.IsOne(fault))
            {
                outage ??= Outage.Begin(time, fault, isKnown: false);
                if (outage.IsOver)
                    throw;
            }
            await outage.PauseAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A file as if the connection never broke.</summary>
    /// <param name="open">Opens a stream of the whole file.</param>
    /// <param name="isKnown">Whether the snapshot is known to exist.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the stream; pauses too.</param>
    public static IAsyncEnumerable<ExportSnapshotResponse> ExportAsync(
        Func<IAsyncEnumerable<ExportSnapshotResponse>> open, bool isKnown, TimeProvider time, CancellationToken cancellation) =>
        OnceAsync(
            open, piece => piece.Chunk.Length, (piece, had) => new() { Chunk = UnsafeByteOperations.UnsafeWrap(piece.Chunk.Memory[had..]) },
            isKnown, time, cancellation);

    /// <summary>The items of a snapshot as if the connection never broke.</summary>
    /// <param name="open">Opens a stream of them all.</param>
    /// <param name="isKnown">Whether the snapshot is known to exist.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the stream; pauses too.</param>
    public static IAsyncEnumerable<ReadSnapshotResponse> ReadSnapshotAsync(
        Func<IAsyncEnumerable<ReadSnapshotResponse>> open, bool isKnown, TimeProvider time, CancellationToken cancellation) =>
        OnceAsync(open, batch => batch.Items.Count, (batch, had) => new() { Items = { batch.Items.Skip(had) } }, isKnown, time, cancellation);

    // What is cut elsewhere the next time is still the same: length says how much a message holds, rest what is left behind so much of it.
    private static async IAsyncEnumerable<T> OnceAsync<T>(
        Func<IAsyncEnumerable<T>> open, Func<T, int> length, Func<T, int, T> rest, bool isKnown, TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        long given = 0;
        Outage? outage = null;
        while (true)
        {
            AgentException lost;
            long at = 0;
            IAsyncEnumerator<T> stream = open().GetAsyncEnumerator(CancellationToken.None);
            await using (stream.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await stream.MoveNextAsync().ConfigureAwait(false))
                            yield break;
                    }
                    catch (AgentException fault) when (Outage.IsOne(fault))
                    {
                        lost = fault;
                        break;
                    }

                    long before = at;
                    at += length(stream.Current);
                    if (at <= given)
                        continue;
                    yield return before >= given ? stream.Current : rest(stream.Current, (int)(given - before));
                    given = at;
                    outage = null;
                }
            }
            outage ??= Outage.Begin(time, lost, isKnown || given > 0);
            if (outage.IsOver)
                throw lost;
            await outage.PauseAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A watch of a job as if the connection never broke.</summary>
    /// <param name="place">What is wanted; knows afterwards what came.</param>
    /// <param name="open">Opens a stream of what is still to come; its name is empty when the job has none yet.</param>
    /// <param name="endpoint">The agent, for error texts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onNote">Told once when the connection is lost and once when there is news again.</param>
    /// <param name="cancellation">Ends the watch; pauses too.</param>
    public static async IAsyncEnumerable<WatchJobResponse> WatchAsync(
        WatchPlace place, Func<WatchJobRequest, IAsyncEnumerable<WatchJobResponse>> open, AgentEndpoint endpoint, TimeProvider time,
        Action<string>? onNote, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Outage? outage = null;
        bool told = false;
        while (true)
        {
            AgentException lost;
            IAsyncEnumerator<WatchJobResponse> stream = open(place.Rest).GetAsyncEnumerator(CancellationToken.None);
            await using (stream.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await stream.MoveNextAsync().ConfigureAwait(false))
                            yield break;
                    }
                    catch (AgentException fault) when (Outage.IsOne(fault))
                    {
                        lost = fault;
                        break;
                    }

                    WatchJobResponse message = stream.Current;
                    if (!place.Take(message)) // As the header of another stream: no news.
                        continue;
                    outage = null;
                    if (told)
                        onNote?.Invoke("the agent is there again; nothing was lost");
                    told = false;
                    yield return message;
                }
            }

            // The summary is the outcome: a connection that breaks behind it takes nothing away.
            if (place.IsAtEnd)
                yield break;
            if (!place.CanGoOn)
                throw lost;
            outage ??= Outage.Begin(time, lost, place.IsKnown);
            if (place.IsKnown && !told)
            {
                onNote?.Invoke("the connection to the agent was lost; resuming");
                told = true;
            }
            if (outage.IsOver)
                throw place.IsKnown ? StatusDecoder.WatchLost(endpoint, place.Rest, lost) : lost;
            await outage.PauseAsync(cancellation).ConfigureAwait(false);
        }
    }
}
