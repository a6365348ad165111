using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

/// <summary>The executable, told over its standard input what is to happen to the phone.</summary>
public sealed class SimulatorConsoleTests
{
    [Fact]
    public async Task It_arranges_items_and_answers_each_command_with_a_line()
    {
        using var folder = new TemporaryFolder();
        await using OurProgram program = OurProgram.Start("phone-simulator", "--tcp", "0", "--store", folder.File("store"));
        await using SimulatorClient client = await ConnectAsync(program);

        Assert.Equal("ok", await TellAsync(program, $"put 1 550 {Imei2}"));
        Assert.StartsWith("262602" + Imei2, await client.AskAsync("262602"), StringComparison.Ordinal);
        Assert.Equal("ok", await TellAsync(program, "erase 2 550"));
        Assert.EndsWith("0500", await client.AskAsync("4B30010026020100 00*130"), StringComparison.Ordinal);
        Assert.Equal("ok", await TellAsync(program, "  put 2 65535 0a  "));
        Assert.StartsWith("4B300100FFFF01000A00", await client.AskAsync("4B300100FFFF0100 00*130"), StringComparison.Ordinal);

        program.Kill();
        await program.EndAsync(Ct);
        using var phone = SimulatedPhone.Create("galaxy", 1, storeFile: folder.File("store"));
        Assert.True(phone.TryGet(1, 550, out var data));
        Assert.Equal(Imei2, Convert.ToHexString(data.Trimmed));
        Assert.False(phone.TryGet(2, 550, out _));
    }

    [Fact]
    public async Task A_command_it_cannot_obey_is_explained_in_one_line_and_changes_nothing()
    {
        await using OurProgram program = OurProgram.Start("phone-simulator", "--tcp", "0", "--quirk", "bare-refusals");
        await using SimulatorClient client = await ConnectAsync(program);
        (string Command, string Answer)[] wrong =
        [
            ("put 3 550 00", "error: '3' is no slot from 1 to 2"),
            ("put 1 65536 00", "error: '65536' is no item from 0 to 65535"),
            ("put 1 550 0", "error: '0' is not 1 to 128 bytes of two hex digits each"),
            ("put 1 550 " + new string('0', 258), "error: '" + new string('0', 258) + "' is not 1 to 128 bytes of two hex digits each"),
            ("put 1 550", "error: 'put 1 550' is none of: unplug, plug, put SLOT ITEM HEX, erase SLOT ITEM, quirk NAME=VALUE,..., die"),
            ("erase 1 x", "error: 'x' is no item from 0 to 65535"),
            ("quirk drop=7", "error: quirk 'drop': '7' is not a probability from 0 to 1; it is given as drop=PROBABILITY"),
            ("", "error: '' is none of: unplug, plug, put SLOT ITEM HEX, erase SLOT ITEM, quirk NAME=VALUE,..., die"),
        ];
        foreach ((string command, string answer) in wrong)
            Assert.Equal(answer, await TellAsync(program, command));

        Assert.Equal("13", await client.AskAsync("FF0102"));
        Assert.StartsWith("262602" + Imei1, await client.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quirks_are_replaced_while_a_client_is_there()
    {
        await using OurProgram program = OurProgram.Start("phone-simulator", "--tcp", "0", "--quirk", "bare-refusals");
        await using SimulatorClient client = await ConnectAsync(program);

        Assert.Equal("13", await client.AskAsync("FF0102"));
        Assert.Equal("ok", await TellAsync(program, "quirk read-only=550, duplicate=1"));
        Assert.Equal("13FF0102", await client.AskAsync("FF0102"));
        Assert.Equal("13FF0102", Convert.ToHexString((await client.ReceiveAsync())!));
        Assert.EndsWith("0700", await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
        await client.ReceiveAsync();
        Assert.Equal("ok", await TellAsync(program, "quirk"));
        Assert.EndsWith("0000", await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
        Assert.Equal("1C0800", await client.AskAsync("1C"));
    }

    [Fact]
    public async Task Its_cable_can_be_pulled_and_put_back()
    {
        Requires.Pty();
        using var folder = new TemporaryFolder();
        await using OurProgram program = OurProgram.Start("phone-simulator", "--link", folder.File("phone"));
        await program.LineAsync("ready", Ct);

        Assert.Equal("ok", await TellAsync(program, "unplug"));
        Assert.False(Path.Exists(folder.File("phone")));
        Assert.Equal("ok", await TellAsync(program, "unplug"));
        Assert.Equal("ok", await TellAsync(program, "plug"));
        Assert.True(Path.Exists(folder.File("phone")));
    }

    [Fact]
    public async Task The_end_of_its_input_is_not_its_own()
    {
        Requires.Signals();
        await using OurProgram program = OurProgram.Start("phone-simulator", "--tcp", "0");
        await using SimulatorClient client = await ConnectAsync(program);
        program.Input.Close();

        Assert.Equal("1C0800", await client.AskAsync("1C"));
        program.Terminate();
        Assert.Equal(0, await program.EndAsync(Ct));
    }

    [Theory]
    [InlineData("die")]
    [InlineData("SIGKILL")]
    [InlineData("SIGTERM")]
    public async Task A_death_loses_what_was_not_stored_and_takes_the_link_along(string death)
    {
        Requires.Signals();
        Requires.Pty();
        using var folder = new TemporaryFolder();
        await using OurProgram program = OurProgram.Start("phone-simulator",
            "--link", folder.File("phone"), "--store", folder.File("store"), "--quirk", "store-late,new-name,crash-on=6873,reset-delay=1ms");
        await program.LineAsync("ready", Ct);
        await using (var first = new SimulatorClient(PortTests.OpenTerminal(folder.File("phone"))))
            await first.SendAsync(Hex("26D91A"));
        await Eventually.HoldsAsync(() => Path.Exists(folder.File("phone.2")));
        await using (var client = new SimulatorClient(PortTests.OpenTerminal(folder.File("phone.2"))))
        {
            await client.AskAsync("272602" + Imei2);
            Assert.StartsWith("262602" + Imei2, await client.AskAsync("262602"), StringComparison.Ordinal);
        }

        if (death == "die")
            await program.Input.WriteLineAsync("die");
        else if (death == "SIGKILL")
            program.Kill();
        else
            program.Terminate();

        Assert.Equal(death == "SIGTERM" ? 0 : 137, await program.EndAsync(Ct));
        Assert.Single(program.Output);
        Assert.Equal(death == "SIGKILL", new FileInfo(folder.File("phone.2")).LinkTarget is not null);
        using var phone = SimulatedPhone.Create("galaxy", 1, storeFile: folder.File("store"));
        Assert.True(phone.TryGet(1, 550, out var data));
        Assert.Equal(Imei1, Convert.ToHexString(data.Trimmed));
    }

    private static async Task<string> TellAsync(OurProgram program, string command)
    {
        int before = program.Output.Count;
        await program.Input.WriteLineAsync(command);
        await program.Input.FlushAsync(Ct);
        await Eventually.HoldsAsync(() => program.Output.Count > before);
        return program.Output[before];
    }

    private static async Task<SimulatorClient> ConnectAsync(OurProgram program)
    {
        string ready = await program.LineAsync("ready tcp=127.0.0.1:", Ct);
        var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync("127.0.0.1", int.Parse(ready.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture), Ct);
        return new SimulatorClient(socket.GetStream());
    }
}
