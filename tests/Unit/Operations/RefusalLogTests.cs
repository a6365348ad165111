using ImeiAgent.Operations;
using ImeiAgent.Unit.Vault;
using ImeiAgent.Vault;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Operations;

/// <summary>Refusals in the audit: each is counted, and few are rows.</summary>
public sealed class RefusalLogTests : IDisposable
{
    private const string Method = "/imeiagent.v1.AuditService/ListAudit";

    private readonly VaultRoom _room = new(onDisk: false);
    private readonly RefusalLog _log;

    public RefusalLogTests() => _log = new RefusalLog(_room.Vault, _room.Time, NullLogger<RefusalLog>.Instance);

    [Fact]
    public void The_first_of_a_kind_is_a_row_and_those_behind_it_are_one_row_a_minute()
    {
        for (int i = 0; i < 1000; i++)
            _log.AddCall(LeaseRoom.Ana with { TraceId = $"{i:x32}" }, Method, OperationError.RoleInsufficient);
        Assert.Equal([Method], Details());

        _room.Time.Advance(TimeSpan.FromMinutes(1));
        _log.AddCall(LeaseRoom.Ana, Method, OperationError.RoleInsufficient);
        Assert.Equal([Method, $"{Method} (999 times since the last row of this kind)"], Details());

        _room.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal($"{Method} (once since the last row of this kind)", Details()[^1]);
        AuditEntry[] rows = Rows();
        Assert.Equal(3, rows.Length);
        Assert.All(rows, r => Assert.Equal(
            ("ana", "clients/00000001", "192.0.2.1", "call", "refused: ROLE_INSUFFICIENT"), (r.Operator, r.Client, r.Station, r.Action, r.Outcome)));
        Assert.Equal([$"{0:x32}", $"{999:x32}", LeaseRoom.Ana.TraceId], rows.Select(r => r.TraceId));
    }

    [Fact]
    public void What_is_counted_is_written_when_the_agent_ends_and_once()
    {
        for (int i = 0; i < 3; i++)
        {
            _log.AddCall(LeaseRoom.Ana, Method, OperationError.RoleInsufficient);
            _log.Add(LeaseRoom.Ben, "acquire-lease", LeaseRoom.Phone, OperationError.DeviceBusy, $"try {i}");
        }
        _log.AddCall(LeaseRoom.Eva, Method, OperationError.RoleInsufficient);
        Assert.Equal(3, Rows().Length);

        _log.Dispose();
        _log.Dispose();
        _room.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(
            [Method, "try 0", Method, $"{Method} (2 times since the last row of this kind)", "try 2 (2 times since the last row of this kind)"], Details());
    }

    [Fact]
    public void Other_callers_matters_phones_and_reasons_are_kinds_of_their_own()
    {
        _log.Add(LeaseRoom.Ana, "acquire-lease", "devices/a", OperationError.DeviceBusy, "");
        _log.Add(LeaseRoom.Ben, "acquire-lease", "devices/a", OperationError.DeviceBusy, "");
        _log.Add(LeaseRoom.Ana, "steal-lease", "devices/a", OperationError.DeviceBusy, "");
        _log.Add(LeaseRoom.Ana, "acquire-lease", "devices/b", OperationError.DeviceBusy, "");
        _log.Add(LeaseRoom.Ana, "acquire-lease", "devices/a", OperationError.ArgumentInvalid, "");

        Assert.Equal(5, Rows().Length);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::2", 1)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", 2)]
    [InlineData("192.0.2.1", "192.0.2.2", 2)]
    public void Whoever_is_not_known_is_counted_by_network(string first, string second, int rows)
    {
        _log.AddCall(new Caller("nobody", "", first, ""), Method, OperationError.CertificateRequired);
        _log.AddCall(new Caller("nobody", "", second, ""), Method, OperationError.CertificateRequired);

        Assert.Equal(rows, Rows().Length);
    }

    [Fact]
    public void Too_many_kinds_at_once_are_counted_together_and_none_is_lost()
    {
        for (int i = 0; i < RefusalLog.MostKinds + 50; i++)
            _log.AddCall(new Caller("nobody", "", $"192.0.2.{i}", ""), Method, OperationError.CertificateRequired);

        AuditEntry[] rows = Rows();
        Assert.Equal(RefusalLog.MostKinds + 1, rows.Length);
        Assert.StartsWith("More than 200 kinds", rows[^1].Detail, StringComparison.Ordinal);

        _room.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.EndsWith("(49 times since the last row of this kind)", Assert.Single(Rows()[rows.Length..]).Detail, StringComparison.Ordinal);
        // The kinds of which nothing was counted are forgotten, so that others find room.
        _log.AddCall(LeaseRoom.Ana, Method, OperationError.RoleInsufficient);
        Assert.Equal("ana", Rows()[^1].Operator);
    }

    [Fact]
    public void A_vault_that_fails_keeps_nobody_from_being_refused()
    {
        _room.Raw("ALTER TABLE audit RENAME TO gone");

        _log.AddCall(LeaseRoom.Ana, Method, OperationError.RoleInsufficient);
        _log.AddCall(LeaseRoom.Ana, Method, OperationError.RoleInsufficient);
        _room.Time.Advance(TimeSpan.FromMinutes(1));
        _room.Raw("ALTER TABLE gone RENAME TO audit");
        _log.AddCall(LeaseRoom.Ana, Method, OperationError.RoleInsufficient);
        _log.Dispose();

        Assert.Single(Rows());
    }

    public void Dispose()
    {
        _log.Dispose();
        _room.Dispose();
    }

    private AuditEntry[] Rows() => [.. _room.Vault.Audit.List(1000).Reverse().Select(r => r.Entry)];

    private string[] Details() => [.. Rows().Select(r => r.Detail)];
}
