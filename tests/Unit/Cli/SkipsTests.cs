using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class SkipsTests
{
    private static readonly Skip Learned = new()
    {
        Model = "SM-G991U",
        Slot = 1,
        Item = 6873,
        Reason = "The phone restarted 3 times when it was read.",
        Build = "MPSS.HI.4.0-01234",
        CreateTime = new DateTime(2026, 11, 23, 10, 0, 0, DateTimeKind.Utc).ToTimestamp(),
    };

    [Fact]
    public async Task The_list_says_what_why_since_when_and_by_whom()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        ListSkipsResponse answer = new() { Skips = { Learned, new Skip(Learned) { Slot = 2, Build = "", Operator = "alice" } } };
        agent.OnListSkips = _ => answer;

        CliRun run = await CliRun.RunAsync(agent, "skips", "list", "--model", "SM-G991U");
        CliRun json = await CliRun.RunAsync(agent, "skips", "list", "--json");

        Assert.Equal(
            ["SM-G991U", "1", "06873", "2026-11-23 10:00:00", "learned from MPSS.HI.4.0-01234", Learned.Reason],
            run.OutLines[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Contains("alice", run.OutLines[2], StringComparison.Ordinal);
        Assert.Equal(["SM-G991U", ""], agent.RequestsOf<ListSkipsRequest>().Select(request => request.Model));
        Assert.Equal(answer, JsonParser.Default.Parse<ListSkipsResponse>(json.Out));
    }

    [Fact]
    public async Task An_empty_list_is_a_note()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnListSkips = _ => new ListSkipsResponse();

        CliRun run = await CliRun.RunAsync(agent, "skips", "list");

        Assert.Equal((ExitCode.Ok, "", "Nothing is skipped."), (run.Exit, run.Out, run.Err.Trim()));
    }

    [Fact]
    public async Task An_item_is_put_on_the_list_and_taken_off_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnAddSkip = request => new AddSkipResponse { Skip = new Skip(Learned) { Slot = request.Slot, Reason = request.Reason } };
        agent.OnRemoveSkip = request => new RemoveSkipResponse { Skip = Learned };

        CliRun add = await CliRun.RunAsync(agent, "skips", "add", "SM-G991U", "0x1AD9", "--sim", "2", "--reason", "Hangs.");
        CliRun remove = await CliRun.RunAsync(agent, "skips", "remove", "SM-G991U", "6873");
        CliRun json = await CliRun.RunAsync(agent, "skips", "remove", "SM-G991U", "6873", "--json");

        Assert.Equal("SM-G991U  SIM 2  06873  skipped: Hangs.", add.Out.Trim());
        Assert.StartsWith("SM-G991U  SIM 1  06873  no longer skipped", remove.Out, StringComparison.Ordinal);
        Assert.Equal(new AddSkipRequest { Model = "SM-G991U", Item = 6873, Slot = 2, Reason = "Hangs." }, Assert.Single(agent.RequestsOf<AddSkipRequest>()));
        Assert.All(agent.RequestsOf<RemoveSkipRequest>(), request => Assert.Equal(new RemoveSkipRequest { Model = "SM-G991U", Item = 6873, Slot = 1 }, request));
        Assert.Equal(Learned, JsonParser.Default.Parse<RemoveSkipResponse>(json.Out).Skip);
    }

    [Fact]
    public async Task Taking_off_what_is_not_on_it_is_exit_code_9()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnRemoveSkip = _ => throw FakeAgent.Failure(StatusCode.NotFound, "SKIP_NOT_FOUND", "Item 5 of SM-G991U is not skipped.");

        Assert.Equal(9, (int)(await CliRun.RunAsync(agent, "skips", "remove", "SM-G991U", "5")).Exit);
    }

    [Fact]
    public async Task An_item_that_is_skipped_is_shown_as_such_and_makes_no_read_incomplete()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadItem = request => new ReadItemResponse { Item = new NvItem { Item = request.Item, Slot = 1, Outcome = NvOutcome.Skipped } };

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "6873");

        Assert.Equal((ExitCode.Ok, "06873  0x1AD9  skipped: see \"imei skips\""), (run.Exit, run.Out.Trim()));
    }
}
