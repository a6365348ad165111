using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client.Telemetry;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// The calls that stream.
public sealed partial class AgentClient
{
    // The contract promises progress every second; a stream this long silent is taken for lost.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromMinutes(5);
    private const int ImportChunk = 256 * 1024;

    /// <summary>
    /// Reads ranges of NV items: a header, batches, progress, a summary. A stream that is silent for 30 s counts as lost; what is lost is
    /// taken up again as in <see cref="WatchJobAsync"/>.
    /// </summary>
    /// <param name="request">What to read.</param>
    /// <param name="onNote">Told for a person when the connection breaks and when it is back.</param>
    /// <param name="cancellation">Ends the stream, not the job behind it.</param>
    public async IAsyncEnumerable<ReadRangeResponse> ReadRangeAsync(
        ReadRangeRequest request, Action<string>? onNote, [EnumeratorCancellation] CancellationToken cancellation)
    {
        WatchPlace place = new(new WatchJobRequest { SkipAbsent = request.SkipAbsent, OmitItems = request.OmitItems }, isKnown: false);
        IAsyncEnumerable<WatchJobResponse> watch = Resuming.WatchAsync(
            place,
            rest => rest.Name.Length > 0 ? OpenWatch(rest, cancellation) : OpenReadAsync(request, cancellation),
            Endpoint, _time, onNote, cancellation);
        await foreach (WatchJobResponse message in watch.ConfigureAwait(false))
        {
            ReadRangeResponse? read = message.EventCase switch
            {
                WatchJobResponse.EventOneofCase.Header => new() { Header = message.Header },
                WatchJobResponse.EventOneofCase.Batch => new() { Batch = message.Batch },
                WatchJobResponse.EventOneofCase.Progress => new() { Progress = message.Progress },
                WatchJobResponse.EventOneofCase.Summary => new() { Summary = message.Summary },
                _ => null, // A read tells no states.
            };
            if (read is not null)
                yield return read;
        }
    }

    /// <summary>Streams the items of a snapshot, batch by batch; a connection that breaks is opened again and each item comes once.</summary>
    public IAsyncEnumerable<ReadSnapshotResponse> ReadSnapshotAsync(ReadSnapshotRequest request, CancellationToken cancellation) =>
        Resuming.ReadSnapshotAsync(
            () => StreamAsync(options => _snapshots.ReadSnapshot(request, options), null, Silence, cancellation),
            isKnown: _wasThere, _time, cancellation);

    /// <summary>Streams a snapshot as a file, piece by piece; a connection that breaks is opened again and the file goes on.</summary>
    public IAsyncEnumerable<ExportSnapshotResponse> ExportSnapshotAsync(ExportSnapshotRequest request, CancellationToken cancellation) =>
        Resuming.ExportAsync(
            () => StreamAsync(options => _snapshots.ExportSnapshot(request, options), null, Silence, cancellation),
            isKnown: _wasThere, _time, cancellation);

    /// <summary>
    /// Restores an IMEI in one call: phases, then the receipt, then an <see cref="AgentException"/> when it was not applied. Never
    /// repeated by itself; <see cref="WriteImeiToTheEndAsync"/> is the form that survives a lost connection.
    /// </summary>
    public IAsyncEnumerable<WriteImeiResponse> WriteImeiAsync(WriteImeiRequest request, CancellationToken cancellation) =>
        StreamAsync(options => _imei.WriteImei(request, options), WriteLimit, null, cancellation);

    /// <summary>Brings a backup file to the agent, which checks it and keeps it as a snapshot. At most 64 MiB.</summary>
    /// <param name="header">File name, format and slot; its chunk is not used.</param>
    /// <param name="file">The file's bytes; read to the end, not disposed.</param>
    /// <param name="cancellation">Ends the call; nothing is kept then.</param>
    public async Task<ImportSnapshotResponse> ImportSnapshotAsync(
        ImportSnapshotRequest header, Stream file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using AsyncClientStreamingCall<ImportSnapshotRequest, ImportSnapshotResponse> call =
            _snapshots.ImportSnapshot(Options(TimeSpan.FromMinutes(2), cancellation));
        try
        {
            Task sending = SendFileAsync(call.RequestStream, header, file, cancellation);

            // An agent that has answered reads no more, and a write that waits for it would wait until the deadline. Disposing the call ends it.
            // One that has refused fails the write, whichever of the two is seen first; its answer says why.
            if (await Task.WhenAny(sending, call.ResponseAsync).ConfigureAwait(false) == sending && sending.Exception?.InnerException is not (RpcException or InvalidOperationException))
                await sending.ConfigureAwait(false);
            else
                _ = sending.ContinueWith(
                    static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw Noted(StatusDecoder.Decode(exception, Endpoint, cancellation));
        }
    }

    private static async Task SendFileAsync(
        IClientStreamWriter<ImportSnapshotRequest> requests, ImportSnapshotRequest header, Stream file, CancellationToken cancellation)
    {
        byte[] buffer = new byte[ImportChunk];
        ImportSnapshotRequest next = new(header);
        bool first = true;
        while (true)
        {
            int count = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            if (count == 0 && !first)
                break;
            next.Chunk = ByteString.CopyFrom(buffer, 0, count);
            try
            {
                await requests.WriteAsync(next, cancellation).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is RpcException or InvalidOperationException or HttpRequestException or IOException && !cancellation.IsCancellationRequested)
            {
                return; // The agent has already answered; the answer says why it wants no more.
            }
            first = false;
            next = new ImportSnapshotRequest();
        }
        await requests.CompleteAsync().ConfigureAwait(false);
    }

    // A read as the watch that it becomes when it breaks.
    private async IAsyncEnumerable<WatchJobResponse> OpenReadAsync(
        ReadRangeRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IAsyncEnumerable<ReadRangeResponse> read = StreamAsync(options => _nv.ReadRange(request, options), null, Silence, cancellation);
        await foreach (ReadRangeResponse message in read.ConfigureAwait(false))
            yield return message.EventCase switch
            {
                ReadRangeResponse.EventOneofCase.Header => new() { Header = message.Header },
                ReadRangeResponse.EventOneofCase.Batch => new() { Batch = message.Batch },
                ReadRangeResponse.EventOneofCase.Progress => new() { Progress = message.Progress },
                ReadRangeResponse.EventOneofCase.Summary => new() { Summary = message.Summary },
                _ => new(),
            };
    }

    private async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(
        Func<CallOptions, AsyncServerStreamingCall<TResponse>> start, TimeSpan? limit, TimeSpan? silence,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using CancellationTokenSource silent = new(Timeout.InfiniteTimeSpan, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silent.Token);
        using AsyncServerStreamingCall<TResponse> call = start(Options(limit, either.Token));
        CallSpan? span = (call.ResponseStream as SpannedStream<TResponse>)?.Span;
        while (true)
        {
            TResponse message;
            silent.CancelAfter(silence ?? Timeout.InfiniteTimeSpan);
            try
            {
                if (!await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
                    yield break;
                message = call.ResponseStream.Current;
                _wasThere = true;
            }
            catch (RpcException) when (silent.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw Failed(span, StatusDecoder.ConnectionLost(Endpoint, $"was silent for {silence?.TotalSeconds:0} s"));
            }
            catch (RpcException exception)
            {
                throw Failed(span, StatusDecoder.Decode(exception, Endpoint, cancellation));
            }
            silent.CancelAfter(Timeout.InfiniteTimeSpan); // The reader may take its time: only waiting for the agent counts.
            yield return message;
        }
    }

    private Exception Failed(CallSpan? span, Exception fault)
    {
        span?.Fail(fault);
        return Noted(fault);
    }
}
