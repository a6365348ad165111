using ImeiAgent.Agent.Access;
using ImeiAgent.Operations;
using ImeiAgent.Unit.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Agent;

/// <summary>Refused calls in the audit: each kind is told at once, and how often it came again is not lost.</summary>
public sealed class RefusalLogTests : IDisposable
{
    private const string Acquire = "/imeiagent.v1.LeaseService/AcquireLease", Call = "/imeiagent.v1.DeviceService/ListDevices";

    private static readonly Caller s_ana = new("ana", "clients/00000001", "192.0.2.1", "4bf92f3577b34da6a3ce929d0e0e4736");

    private readonly VaultRoom _room = new(onDisk: false);
    private readonly RefusalLog _log;

    public RefusalLogTests() => _log = new RefusalLog(_room.Vault, _room.Time, NullLogger<RefusalLog>.Instance);

    [Fact]
    public void Of_a_kind_there_is_a_row_a_minute_with_how_many_there_were()
    {
        for (int i = 0; i < 1000; i++)
            _log.Add(s_ana, Acquire, OperationError.DeviceBusy, "devices/phone-1");
        _log.Add(s_ana, Acquire, OperationError.DeviceBusy, "devices/phone-2");
        Assert.Equal([("devices/phone-1", Acquire), ("devices/phone-2", Acquire)], Rows());

        _room.Time.Advance(TimeSpan.FromSeconds(60));
        _log.Add(s_ana, Acquire, OperationError.DeviceBusy, "devices/phone-1");
        _log.Add(s_ana, Acquire, OperationError.DeviceBusy, "devices/phone-1");
        Assert.Equal(("devices/phone-1", $"{Acquire}, and 999 times more since the last row of this kind"), Rows()[2]);
        Assert.Equal(3, Rows().Length);

        _log.Dispose();
        Assert.Equal([("devices/phone-1", Acquire)], Rows()[3..]);
    }

    [Fact]
    public void What_was_counted_of_a_kind_that_is_forgotten_is_told_before()
    {
        _log.Add(s_ana, Acquire, OperationError.DeviceBusy);
        for (int i = 0; i < 5; i++)
            _log.Add(s_ana, Acquire, OperationError.DeviceBusy);
        for (int i = 1; i < 200; i++)
            _log.Add(s_ana with { Id = $"clients/{i:x8}x" }, Call, OperationError.RoleInsufficient);
        Assert.Equal(200, Rows().Length);
        // As many kinds as are known: another one is not told, and drives none out.
        _log.Add(s_ana, Call, OperationError.LimitExceeded);
        Assert.Equal(200, Rows().Length);

        _room.Time.Advance(TimeSpan.FromSeconds(60));
        _log.Add(s_ana, Call, OperationError.LimitExceeded);
        Assert.Equal([("", $"{Acquire}, and 4 times more since the last row of this kind"), ("", Call)], Rows()[200..]);
    }

    public void Dispose()
    {
        _log.Dispose();
        _room.Dispose();
    }

    private (string Device, string Detail)[] Rows() => [.. _room.Vault.Audit.List(1000).Reverse().Select(row => (row.Entry.Device, row.Entry.Detail))];
}
