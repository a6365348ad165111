using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class WriteToTheEndTests
{
    private static readonly WriteImeiRequest Request = new()
    {
        Device = Samples.PhoneName,
        Label = Samples.Number,
        Reason = "ticket 4711",
        RequestId = "7c1f6a52-0d3e-4a1c-9b59-5d1c1f6b0a01",
    };

    [Fact]
    public async Task Cancelling_between_receipt_and_status_leaves_the_receipt_as_the_outcome()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        using CancellationTokenSource stop = new();
        agent.OnWriteImei = async (request, answers, context) =>
        {
            await Samples.Applied(request, answers, context);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        WriteReceipt? receipt = null;
        await foreach (WriteImeiResponse message in client.WriteImeiToTheEndAsync(new WriteImeiRequest { RequestId = "r" }, onLost: null, stop.Token))
        {
            receipt = message.Receipt;
            if (receipt is not null)
                await stop.CancelAsync();
        }

        Assert.Equal(WriteOutcome.Applied, receipt?.Outcome);
    }

    [Fact]
    public async Task Each_break_is_told_before_the_request_is_asked_again()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnWriteImei = async (request, answers, context) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            if (++calls < 3)
                FakeAgent.Cut(context);
            else
                await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Applied) });
        };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        List<string> told = [];

        await foreach (WriteImeiResponse message in client.WriteImeiToTheEndAsync(Request, lost => told.Add(lost.Reason), TestContext.Current.CancellationToken))
            told.Add(message.EventCase.ToString());

        // What was written just before a cut may or may not arrive.
        Assert.Equal(["CONNECTION_LOST", "CONNECTION_LOST", "Receipt"], told.Where(one => one != "Progress"));
    }

    [Fact]
    public async Task After_a_cut_connection_the_same_request_is_asked_again_and_its_receipt_returned()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnWriteImei = async (request, answers, context) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Checked));
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            if (++calls == 1)
            {
                FakeAgent.Cut(context);
                return;
            }
            await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Applied) });
        };

        (List<WriteImeiResponse> told, AgentException? fault) = await RunAsync(agent);

        Assert.Null(fault);
        Assert.Equal(WriteOutcome.Applied, told[^1].Receipt.Outcome);
        Assert.Equal([Request.RequestId, Request.RequestId], agent.RequestsOf<WriteImeiRequest>().Select(request => request.RequestId));
        Assert.True(agent.RequestsOf<WriteImeiRequest>().All(request => request.Equals(Request)));
        IEnumerable<WritePhase> phases = told.Where(message => message.Progress is not null).Select(message => message.Progress.Phase);
        Assert.Equal(phases.Distinct(), phases);
    }

    [Fact]
    public async Task Phases_keep_their_order_over_a_break_and_each_new_detail_is_told_once()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnWriteImei = async (request, answers, _) =>
        {
            if (++calls == 1)
            {
                await answers.WriteAsync(Samples.Phase(WritePhase.Sent, "SIM 1"));
                await answers.WriteAsync(Samples.Phase(WritePhase.Sent, "SIM 2"));
                await answers.WriteAsync(Samples.Phase(WritePhase.Reset, "restarting"));
                throw new RpcException(new Status(StatusCode.Unavailable, "cut")); // Unlike a connection that is cut, it overtakes nothing.
            }
            await answers.WriteAsync(Samples.Phase(WritePhase.Sent, "both"));
            await answers.WriteAsync(Samples.Phase(WritePhase.Reset, "restarting"));
            await answers.WriteAsync(Samples.Phase(WritePhase.Reset, "the phone is back"));
            await answers.WriteAsync(Samples.Phase(WritePhase.ReRead, "right"));
            await answers.WriteAsync(Samples.Phase(WritePhase.Closed));
            await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Applied) });
        };

        (List<WriteImeiResponse> told, _) = await RunAsync(agent);

        IEnumerable<(WritePhase, string)> phases = told.SkipLast(1).Select(message => (message.Progress.Phase, message.Progress.Detail));
        Assert.Equal(
            [(WritePhase.Sent, "SIM 1"), (WritePhase.Sent, "SIM 2"), (WritePhase.Reset, "restarting"),
                (WritePhase.Reset, "the phone is back"), (WritePhase.ReRead, "right"), (WritePhase.Closed, "")],
            phases);
    }

    [Fact]
    public async Task When_no_receipt_can_be_had_the_outcome_is_said_to_be_unknown()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = (_, _, context) =>
        {
            FakeAgent.Cut(context);
            return Task.CompletedTask;
        };

        (_, AgentException? fault) = await RunAsync(agent);

        Assert.Equal(AgentException.OutcomeNotLearnt, fault?.Reason);
        Assert.Equal(Request.RequestId, fault?.Metadata["request_id"]);
        Assert.Equal(AgentClient.WriteAttempts, agent.RequestsOf<WriteImeiRequest>().Count());
    }

    [Fact]
    public async Task An_agent_that_is_gone_after_the_request_leaves_the_outcome_unknown_and_not_unreachable()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        TaskCompletionSource reached = new();
        agent.OnWriteImei = async (_, answers, context) =>
        {
            await answers.WriteAsync(Samples.Phase(WritePhase.Intent));
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };

        Task<(List<WriteImeiResponse>, AgentException?)> run = RunAsync(agent);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        await agent.StopAsync();

        Assert.Equal(AgentException.OutcomeNotLearnt, (await run).Item2?.Reason);
    }

    [Fact]
    public async Task A_request_that_was_never_sent_is_unreachable_and_nothing_more()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await agent.StopAsync();

        (_, AgentException? fault) = await RunAsync(agent);

        Assert.Equal(AgentException.AgentUnreachable, fault?.Reason);
    }

    [Fact]
    public async Task The_agents_own_word_is_final()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = (_, _, _) => throw FakeAgent.Failure(StatusCode.Unavailable, "DEVICE_DISCONNECTED");

        (_, AgentException? fault) = await RunAsync(agent);

        Assert.Equal("DEVICE_DISCONNECTED", fault?.Reason);
        Assert.Single(agent.RequestsOf<WriteImeiRequest>());
    }

    [Theory]
    [InlineData("AGENT_STOPPING")]
    [InlineData("LIMIT_EXCEEDED")]
    [InlineData("VAULT_UNAVAILABLE")]
    [InlineData("INTERNAL")]
    [InlineData("ROLE_INSUFFICIENT")]
    [InlineData("CLIENT_REVOKED")]
    public async Task A_refusal_to_look_after_a_break_is_not_the_outcome(string reason)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnWriteImei = (_, _, context) =>
        {
            if (++calls > 1)
                throw FakeAgent.Failure(StatusCode.Unavailable, reason);
            FakeAgent.Cut(context);
            return Task.CompletedTask;
        };

        (_, AgentException? fault) = await RunAsync(agent);

        Assert.Equal((AgentException.OutcomeNotLearnt, Request.RequestId), (fault?.Reason, fault?.Metadata["request_id"]));
        Assert.Equal(AgentClient.WriteAttempts, calls);
    }

    [Theory]
    [InlineData("AGENT_STOPPING", 1)]
    [InlineData("IMEI_IN_USE", 2)] // After a break too: the agent looked and had not carried it out.
    public async Task A_refusal_that_tells_the_outcome_is_final(string reason, int at)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnWriteImei = (_, _, context) =>
        {
            if (++calls == at)
                throw FakeAgent.Failure(StatusCode.Unavailable, reason);
            FakeAgent.Cut(context);
            return Task.CompletedTask;
        };

        (_, AgentException? fault) = await RunAsync(agent);

        Assert.Equal((reason, at), (fault?.Reason, calls));
    }

    [Fact]
    public async Task A_connection_cut_right_after_the_receipt_takes_nothing_away()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        TaskCompletionSource received = new();
        agent.OnWriteImei = async (request, answers, context) =>
        {
            await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.Applied) });
            await received.Task.WaitAsync(context.CancellationToken);
            FakeAgent.Cut(context);
        };

        (List<WriteImeiResponse> told, AgentException? fault) = await RunAsync(agent, onTold: received.SetResult);

        Assert.Null(fault);
        Assert.Equal(WriteOutcome.Applied, Assert.Single(told).Receipt.Outcome);
        Assert.Single(agent.RequestsOf<WriteImeiRequest>());
    }

    [Fact]
    public async Task The_error_behind_a_receipt_is_thrown_after_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = async (request, answers, _) =>
        {
            await answers.WriteAsync(new WriteImeiResponse { Receipt = Samples.Receipt(request, WriteOutcome.RolledBack) });
            throw FakeAgent.Failure(StatusCode.Aborted, "WRITE_ROLLED_BACK");
        };

        (List<WriteImeiResponse> told, AgentException? fault) = await RunAsync(agent);

        Assert.Equal(WriteOutcome.RolledBack, Assert.Single(told).Receipt.Outcome);
        Assert.Equal("WRITE_ROLLED_BACK", fault?.Reason);
    }

    private static async Task<(List<WriteImeiResponse> Told, AgentException? Fault)> RunAsync(FakeAgent agent, Action? onTold = null)
    {
        await using AgentClient client = AgentClient.Connect(agent.Endpoint, new ImpatientTime());
        List<WriteImeiResponse> told = [];
        try
        {
            await foreach (WriteImeiResponse message in client.WriteImeiToTheEndAsync(Request, onLost: null, TestContext.Current.CancellationToken))
            {
                told.Add(message);
                onTold?.Invoke();
            }
            return (told, null);
        }
        catch (AgentException fault)
        {
            return (told, fault);
        }
    }
}
