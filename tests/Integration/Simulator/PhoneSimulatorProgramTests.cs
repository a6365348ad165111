using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using Xunit;
using static ImeiAgent.Integration.Simulator.SimulatorClient;

namespace ImeiAgent.Integration.Simulator;

/// <summary>The executable, and the client that shares no code with it.</summary>
public sealed class PhoneSimulatorProgramTests
{
    [Theory]
    [InlineData("healthy", "galaxy", "reset-delay=1ms")]
    [InlineData("locked", "galaxy-spc-locked", "spc-silence=1s")]
    [InlineData("at-commands", "exynos", "reset-delay=1ms")]
    public async Task A_client_in_another_language_reads_and_writes_it(string scenario, string profile, string quirks)
    {
        Requires.Pty();
        string python = Requires.Python3();
        await using var phone = Phones.OnPty(profile, quirks);

        await using OurProgram driver = OurProgram.StartAny(
            python, null, [Repository.File("tests/Integration/python/drive_phone.py"), phone.Host.Path, scenario]);
        int code = await driver.EndAsync(Ct);

        Assert.True(code == 0, string.Join('\n', [.. driver.Output.Where(line => !line.StartsWith("ok", StringComparison.Ordinal)), .. driver.Errors]));
        Assert.NotEmpty(driver.Output);
    }

    [Fact]
    public async Task It_says_where_it_is_and_takes_its_link_along_when_it_is_asked_to_end()
    {
        Requires.Pty();
        using var folder = new TemporaryFolder();
        await using OurProgram program = OurProgram.Start("phone-simulator", "--link", folder.File("phone"));
        string ready = await program.LineAsync("ready", Ct);

        Assert.Equal($"ready pty={new FileInfo(folder.File("phone")).LinkTarget} link={folder.File("phone")}", ready);
        program.Terminate();

        Assert.Equal(0, await program.EndAsync(Ct));
        Assert.False(Path.Exists(folder.File("phone")));
    }

    [Theory]
    [InlineData("--profile", "nokia", "no profile is called 'nokia'")]
    [InlineData("--quirk", "drop=7", "not a probability")]
    [InlineData("--seed", "x", "--seed")]
    [InlineData("--tcp", "70000", "0 to 65535")]
    [InlineData("--colour", "red", "--colour")]
    public async Task Wrong_options_are_explained_and_end_with_2(string option, string value, string word)
    {
        await using OurProgram program = OurProgram.Start("phone-simulator", option, value);

        Assert.Equal(2, await program.EndAsync(Ct));
        Assert.Contains(program.Errors, line => line.Contains(word, StringComparison.Ordinal));
        Assert.Empty(program.Output);
    }

    [Fact]
    public async Task What_it_acknowledged_survives_a_kill()
    {
        Requires.Signals();
        using var folder = new TemporaryFolder();
        string store = folder.File("store");
        await using (OurProgram program = OurProgram.Start("phone-simulator", "--tcp", "0", "--store", store))
        {
            await using SimulatorClient client = await ConnectAsync(program);
            Assert.StartsWith("272602" + Imei2, await client.AskAsync("272602" + Imei2), StringComparison.Ordinal);
            program.Kill();
            Assert.NotEqual(0, await program.EndAsync(Ct));
        }

        await using OurProgram revived = OurProgram.Start("phone-simulator", "--tcp", "0", "--store", store);
        await using SimulatorClient again = await ConnectAsync(revived);
        Assert.StartsWith("262602" + Imei2, await again.AskAsync("262602"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("die=before-store:1", Imei1)]
    [InlineData("die=after-store:1", Imei2)]
    public async Task A_loss_of_power_ends_the_process_before_it_answers(string quirk, string stored)
    {
        Requires.Signals();
        using var folder = new TemporaryFolder();
        string store = folder.File("store");
        await using (OurProgram program = OurProgram.Start("phone-simulator", "--tcp", "0", "--store", store, "--quirk", quirk))
        {
            await using SimulatorClient client = await ConnectAsync(program);
            await client.SendAsync(Hex("272602" + Imei2));
            Assert.Equal(137, await program.EndAsync(Ct));
        }

        using var phone = SimulatedPhone.Create("galaxy", 1, storeFile: store);
        Assert.True(phone.TryGet(1, 550, out var data));
        Assert.Equal(stored, Convert.ToHexString(data.Trimmed));
    }

    [Fact]
    public void A_store_with_a_torn_end_loses_only_the_torn_write()
    {
        using var folder = new TemporaryFolder();
        string store = folder.File("store");
        using (var phone = SimulatedPhone.Create("galaxy", 1, storeFile: store))
        {
            phone.Put(1, 700, [1]);
            phone.Put(2, 701, [2]);
        }
        using (FileStream file = File.OpenWrite(store))
            file.SetLength(file.Length - 1);

        using (var phone = SimulatedPhone.Create("galaxy", 1, storeFile: store))
        {
            Assert.True(phone.TryGet(1, 700, out var kept));
            Assert.Equal(1, kept.Bytes[0]);
            phone.Put(2, 702, [3]);
        }
        using var last = SimulatedPhone.Create("galaxy", 1, storeFile: store);
        Assert.True(last.TryGet(2, 702, out var added));
        Assert.Equal(3, added.Bytes[0]);
    }

    [Fact]
    public void A_store_of_another_phone_is_not_touched()
    {
        using var folder = new TemporaryFolder();
        SimulatedPhone.Create("galaxy", 1, storeFile: folder.File("store")).Dispose();
        File.WriteAllText(folder.File("letter"), "Dear Sir");

        Assert.Throws<InvalidDataException>(() => SimulatedPhone.Create("galaxy", 2, storeFile: folder.File("store")));
        Assert.Throws<InvalidDataException>(() => SimulatedPhone.Create("galaxy", 1, storeFile: folder.File("letter")));
        Assert.Equal("Dear Sir", File.ReadAllText(folder.File("letter")));
    }

    private static async Task<SimulatorClient> ConnectAsync(OurProgram program)
    {
        string ready = await program.LineAsync("ready tcp=127.0.0.1:", Ct);
        var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync("127.0.0.1", int.Parse(ready.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture), Ct);
        return new SimulatorClient(socket.GetStream());
    }
}
