using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Client.Cli;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Cli;

public class OutputTests
{
    [Fact]
    public async Task Devices_are_a_table_with_state_in_words()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "devices");

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Equal(["NAME", "PORT", "STATE", "MODEL", "SIM", "1", "SIM", "2", "HELD", "BY"], run.OutLines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        string[] cells = run.OutLines[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(["sm-g991u-3f2a", "/dev/ttyUSB0", "ready", "SM-G991U", "lost (blank)", "ok"], cells);
    }

    [Fact]
    public async Task Json_is_the_contracts_message_on_one_line_and_nothing_else()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();

        CliRun run = await CliRun.RunAsync(agent, "devices", "--json");

        string line = Assert.Single(run.OutLines);
        Assert.Equal(new ListDevicesResponse { Devices = { Samples.Phone() } }, JsonParser.Default.Parse<ListDevicesResponse>(line));
        JsonElement device = JsonDocument.Parse(line).RootElement.GetProperty("devices")[0];
        Assert.Equal("DEVICE_STATE_READY", device.GetProperty("state").GetString());
        Assert.Equal("IMEI_SLOT_STATE_BLANK", device.GetProperty("imeiSlots")[0].GetProperty("state").GetString());
        Assert.Equal("", run.Err);
    }

    [Fact]
    public async Task A_stream_is_one_message_a_line()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnReadRange = Samples.FullRead;

        CliRun run = await CliRun.RunAsync(agent, "nv", "read", "0-65535", "--json");

        List<ReadRangeResponse> messages = [.. run.OutLines.Select(JsonParser.Default.Parse<ReadRangeResponse>)];
        Assert.Equal(
            [ReadRangeResponse.EventOneofCase.Header, ReadRangeResponse.EventOneofCase.Progress, ReadRangeResponse.EventOneofCase.Summary],
            messages.Select(message => message.EventCase));
    }

    [Fact]
    public async Task Errors_are_json_too_in_the_form_of_google_rpc_Status()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnIdentify = _ => throw FakeAgent.Failure(StatusCode.FailedPrecondition, "PHONE_REFUSED", "No.", ("phone_answer", "BAD_SPC_MODE"));

        CliRun run = await CliRun.RunAsync(agent, "identify", "--json");

        JsonElement status = JsonDocument.Parse(run.Err).RootElement;
        Assert.Equal(9, status.GetProperty("code").GetInt32());
        JsonElement info = status.GetProperty("details")[0];
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", info.GetProperty("@type").GetString());
        Assert.Equal("PHONE_REFUSED", info.GetProperty("reason").GetString());
        Assert.Equal("imeiagent", info.GetProperty("domain").GetString());
        Assert.Equal("BAD_SPC_MODE", info.GetProperty("metadata").GetProperty("phone_answer").GetString());
        Assert.Equal(5, (int)run.Exit);
    }

    [Fact]
    public async Task Usage_errors_are_json_when_json_was_asked_for()
    {
        CliRun run = await CliRun.RunAsync(null, "nv", "read", "--json");

        Assert.Equal(2, (int)run.Exit);
        Assert.Equal("USAGE", JsonDocument.Parse(run.Err).RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Identify_asks_for_masked_numbers_unless_told_to_reveal_them()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnIdentify = request => new IdentifyDeviceResponse { Device = Samples.Phone(), SecondSimReachable = true };

        await CliRun.RunAsync(agent, "identify", "-d", "sm");
        await CliRun.RunAsync(agent, "identify", "--reveal");

        Assert.Equal([("sm", false), ("", true)], agent.RequestsOf<IdentifyDeviceRequest>().Select(request => (request.Device, request.RevealImei)));
    }

    [Fact]
    public async Task Identify_shows_the_MEID_as_the_agent_sent_it()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnIdentify = request => new IdentifyDeviceResponse
        {
            Device = new Device(Samples.Phone()) { Identity = new PhoneIdentity { Model = "SM-G991U", Meid = request.RevealImei ? "35693803564380" : "35693803*****0" } },
        };

        CliRun masked = await CliRun.RunAsync(agent, "identify");
        CliRun shown = await CliRun.RunAsync(agent, "identify", "--reveal");

        Assert.Contains("MEID        35693803*****0", masked.OutLines);
        Assert.Contains("MEID        35693803564380", shown.OutLines);
    }

    [Theory]
    [InlineData("devices")]
    [InlineData("identify")]
    [InlineData("snapshots", "list")]
    [InlineData("snapshots", "show", "x")]
    [InlineData("devices", "--json")]
    [InlineData("agent", "info")]
    public async Task No_text_of_a_phone_or_file_reaches_the_terminal_as_a_command(params string[] args)
    {
        const string Evil = "\u001B]0;owned\u0007\u001B[2J\u009B1A\r\n\u202E";
        await using FakeAgent agent = await FakeAgent.StartAsync();
        Device device = Samples.Phone();
        device.Identity.Model = "SM" + Evil;
        device.Identity.Build = Evil;
        device.Hint = Evil;
        device.Port = Evil;
        agent.OnListDevices = () => new ListDevicesResponse { Devices = { device } };
        agent.OnIdentify = _ => new IdentifyDeviceResponse { Device = device };
        Snapshot snapshot = Samples.Snapshot();
        snapshot.Notes.Add(Evil);
        snapshot.Device = Evil;
        agent.OnListSnapshots = _ => new ListSnapshotsResponse { Snapshots = { snapshot } };
        agent.OnGetSnapshot = _ => new GetSnapshotResponse { Snapshot = snapshot };
        agent.OnGetAgentInfo = _ => new GetAgentInfoResponse { Host = Evil, Version = "0.1.0" };

        CliRun run = await CliRun.RunAsync(agent, args);

        Assert.Equal(ExitCode.Ok, run.Exit);
        Assert.Contains("owned", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Out + run.Err, c => (char.IsControl(c) && c != '\n') || c == '\u202E');
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public async Task Colour_is_for_terminals_and_NO_COLOR_is_respected(bool terminal, bool noColour, bool expected)
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();

        CliRun run = await CliRun.RunAsync(agent, new CliSetting { Colour = terminal, NoColour = noColour }, "devices");

        Assert.Equal(expected, run.Out.Contains("\u001B[32m", StringComparison.Ordinal));
    }
}
