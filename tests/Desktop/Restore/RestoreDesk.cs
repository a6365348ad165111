using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Desktop.Restore;

/// <summary>An agent that answers as a test says, the program's link to it, and the restore of its phone; no pauses.</summary>
internal sealed class RestoreDesk : IAsyncDisposable
{
    private readonly Channel<WatchDevicesResponse> _news = Channel.CreateUnbounded<WatchDevicesResponse>();
    private Approval? _approval;
    private ulong _change = 1;

    private RestoreDesk(FakeAgent agent)
    {
        Agent = agent;
        agent.OnAcquireLease = request => new AcquireLeaseResponse { Lease = Held(7, request.Purpose) };
        agent.OnWatchLease = async (request, answers, context) =>
        {
            await answers.WriteAsync(new WatchLeaseResponse { Lease = Held(request.FencingToken) });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        agent.OnReadItem = request => new ReadItemResponse
        {
            Name = "NV_UE_IMEI_I",
            Item = new NvItem { Item = request.Item, Slot = request.Slot, Outcome = NvOutcome.Answered, Data = ByteString.CopyFrom(new byte[128]) },
        };
        agent.OnListApprovals = _ => new ListApprovalsResponse();
        agent.OnWatchDevices = async (answers, context) =>
        {
            await answers.WriteAsync(new WatchDevicesResponse { Device = Samples.Phone() });
            await answers.WriteAsync(Attention());
            await answers.WriteAsync(new WatchDevicesResponse { Barrier = new WatchBarrier() });
            await foreach (WatchDevicesResponse one in _news.Reader.ReadAllAsync(context.CancellationToken))
                await answers.WriteAsync(one);
        };
        var time = new ImpatientTime();
        Link = AgentLink.Start("local", agent.Endpoint, time, NullLogger.Instance);
        Cases = new RestoreCases(time);
        Case = Cases.Of(Link, Samples.PhoneName);
    }

    public FakeAgent Agent { get; }

    public AgentLink Link { get; }

    public RestoreCases Cases { get; }

    public RestoreCase Case { get; }

    /// <summary>What was asked to be written, not only checked.</summary>
    public WriteImeiRequest[] Writes => [.. Agent.RequestsOf<WriteImeiRequest>().Where(request => !request.ValidateOnly)];

    /// <summary>The run that was sent.</summary>
    public RestoreRun Run => Assert.IsType<Sent>(Case.State).Run;

    /// <summary>What was planned.</summary>
    public RestorePlan Plan => Assert.IsType<Planned>(Case.State).Plan;

    public static async Task<RestoreDesk> StartAsync(Role role = Role.Owner)
    {
        FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnGetAgentInfo = _ => new GetAgentInfoResponse { Version = "0.1.0", Host = "bench", Caller = "local:ana", Role = role };
        RestoreDesk desk = new(agent);
        await desk.Link.UntilAsync(() => desk.Link.View.IsLive, TestContext.Current.CancellationToken);
        return desk;
    }

    public static Lease Held(ulong token, string purpose = "restore: ticket 4711") =>
        new() { Device = Samples.PhoneName, FencingToken = token, Holder = "local:ana", Station = "local", Purpose = purpose };

    /// <summary>Types a restore of SIM 1 from its label.</summary>
    public void Type(RestoreDraft? draft = null)
    {
        draft ??= Case.Draft;
        SlotDraft slot = draft.Slots[0];
        (slot.IsChosen, slot.Source) = (true, NumberSource.Label);
        slot.Type(Samples.Number);
        slot.Judge(Samples.Number, new CheckLabelResponse { State = LabelState.Accepted });
        (draft.Reason, draft.Evidence) = ("ticket 4711", "photo of the label");
    }

    /// <summary>Types, checks and sends it, and waits until nothing more is to be learnt.</summary>
    public async Task SendAsync(string spc = "")
    {
        Type();
        await Case.CheckAsync();
        Assert.IsType<Planned>(Case.State);
        Case.Send(Plan, spc, "");
    }

    /// <summary>From now on the agent carries a restore out only when its request is the one that was approved.</summary>
    public void WantApproval()
    {
        Agent.OnWriteImei = (request, answers, context) => _approval?.RequestId == request.RequestId
            ? Samples.Applied(request, answers, context)
            : throw FakeAgent.Failure(StatusCode.FailedPrecondition, "IMEI_INTACT", "Slot 1 holds another.", ("approval", request.RequestId));
        Agent.OnListApprovals = _ => new ListApprovalsResponse { Approvals = { _approval ?? new Approval() } };
    }

    /// <summary>A supervisor approves a request.</summary>
    public void Approve(string request)
    {
        _approval = new Approval { RequestId = request, ApprovedBy = "eva", Reason = "compared" };
        Tell();
    }

    /// <summary>The agent tells that something changed that waits for a person.</summary>
    public void Tell()
    {
        _change++;
        _news.Writer.TryWrite(Attention());
    }

    /// <summary>The agent tells of another phone.</summary>
    public void Tell(Device device) => _news.Writer.TryWrite(new WatchDevicesResponse { Device = device });

    /// <summary>Waits until the restore is in a state.</summary>
    public Task UntilAsync(Func<RestoreState, bool> fits) => Eventually.HoldsAsync(() => fits(Case.State));

    public async ValueTask DisposeAsync()
    {
        await Cases.DisposeAsync();
        await Link.DisposeAsync();
        await Agent.DisposeAsync();
    }

    private WatchDevicesResponse Attention() => new() { Attention = new WatchAttention { Change = _change } };
}
