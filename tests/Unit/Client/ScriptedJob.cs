using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Unit.Client;

/// <summary>
/// A job as a real agent serves it: numbered batches that are all on disk, from any of them on, with progress between and a summary.
/// Breaks happen where a test says.
/// </summary>
internal sealed class ScriptedJob(FakeAgent agent, uint batches)
{
    private int _sent;

    /// <summary>Called before each message with how many were sent over all streams; what it throws or cuts is the break.</summary>
    public Func<int, ServerCallContext, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Batches that hold nothing that a filter lets through.</summary>
    public Func<ulong, bool> IsEmpty { get; set; } = _ => false;

    /// <summary>Messages of an undisturbed stream.</summary>
    public int Length => (int)(2 * batches) + 2;

    public void Serve()
    {
        agent.OnReadRange = (request, answers, context) => RunAsync(1, request.SkipAbsent, request.OmitItems, context, message => answers.WriteAsync(
            message.EventCase switch
            {
                WatchJobResponse.EventOneofCase.Header => new() { Header = message.Header },
                WatchJobResponse.EventOneofCase.Batch => new() { Batch = message.Batch },
                WatchJobResponse.EventOneofCase.Progress => new ReadRangeResponse { Progress = message.Progress },
                _ => new() { Summary = message.Summary },
            }));
        agent.OnWatchJob = (request, answers, context) =>
            request.Name is not (Samples.JobName or "20261123")
                ? throw FakeAgent.Failure(StatusCode.NotFound, "JOB_NOT_FOUND")
                : RunAsync(request.FromNow ? batches : Math.Max(1, request.FromSequence), request.SkipAbsent, request.OmitItems, context, answers.WriteAsync);
    }

    /// <summary>The bytes of a batch, different for each.</summary>
    public static NvItem Item(ulong sequence) =>
        new() { Item = (uint)sequence, Slot = 1, Outcome = NvOutcome.Answered, Data = ByteString.CopyFrom(BitConverter.GetBytes(sequence)) };

    private async Task RunAsync(ulong from, bool skipAbsent, bool omit, ServerCallContext context, Func<WatchJobResponse, Task> write)
    {
        async Task Send(WatchJobResponse message)
        {
            await Before(_sent, context);
            _sent++;
            await write(message);
        }

        await Send(new WatchJobResponse { Header = new ReadHeader { Device = Samples.Phone(), Total = batches, Job = Samples.JobName } });
        for (ulong sequence = from; sequence <= batches; sequence++)
        {
            if (!omit && !(skipAbsent && IsEmpty(sequence)))
                await Send(new WatchJobResponse { Batch = new ReadBatch { Sequence = sequence, Items = { Item(sequence) } } });
            // All is on the agent's disk, however far this watcher is, but for one that wants no items: it is where the disk is.
            await Send(new WatchJobResponse { Progress = new ReadProgress { Done = (uint)sequence, Total = batches, Sequence = omit ? sequence : batches } });
        }
        await Send(new WatchJobResponse { Summary = new ReadSummary { Total = batches, Active = batches, Sha256 = new string('a', 64) } });
    }
}
