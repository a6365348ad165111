using ImeiAgent.Diag.Nv;
using ImeiAgent.Operations;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.Session;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Integration.Operations;

/// <summary>Every item of both SIMs, over a pseudo-terminal, with everything that real lines and phones do to replies.</summary>
public class DumpStressTests
{
    [Theory]
    [InlineData("")]
    [InlineData("garbage=0.005,abort=0.005")]
    [InlineData("leading-flag=1,join=0.2")]
    [InlineData("unsolicited=0.1")]
    [InlineData("split=0.02")]
    [InlineData("late=0.0003:50ms,busy=0.001")]
    [InlineData("bare-refusals")]
    [InlineData("duplicate=0.001")]
    public async Task A_full_dump_equals_what_the_phone_holds(string quirks)
    {
        using var folder = new TemporaryFolder();
        await using RunningPhone<PtyHost> phone = Phones.OnPty(quirks: quirks);
        using VaultFile vault = VaultFile.Open(folder.File("vault"), TimeProvider.System);
        var options = new RegistryOptions
        {
            Ports = [PortSpec.Parse(phone.Host.Path)],
            Open = Ports.OpenAsync,
            Session = new SessionOptions { Window = 16, ReplyTimeout = TimeSpan.FromSeconds(5) },
        };
        await using var registry = new PhoneRegistry(options, vault, TimeProvider.System, NullLogger<PhoneRegistry>.Instance);
        await registry.RequireAsync("", TestContext.Current.CancellationToken);
        var dump = new Dump(registry, vault, TimeProvider.System);

        int expected = 0;
        DumpSummary? summary = null;
        await foreach (DumpEvent told in dump.RunAsync(new DumpRequest { Ranges = [new(0, 65535)], Slots = [1, 2] }, TestContext.Current.CancellationToken))
        {
            foreach (NvReading item in (told as DumpBatch)?.Items ?? [])
            {
                Assert.Equal(phone.Phone.Truth(1 + expected / 65536, expected % 65536), item);
                expected++;
            }
            summary = told as DumpSummary ?? summary;
        }

        Assert.Equal(131072, expected);
        Assert.Equal((131072, 0), (summary!.Total, summary.Failed));
    }
}
