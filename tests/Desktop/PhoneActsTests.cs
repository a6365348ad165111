using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Desktop;

// What can be done with a phone, and why not.
public sealed class PhoneActsTests
{
    private static readonly AgentView s_live = AgentView.Nothing with
    {
        AsOf = DateTimeOffset.UnixEpoch,
        Agent = new GetAgentInfoResponse { Caller = "bench-3", Role = Role.Technician },
    };

    [Theory]
    [InlineData(DeviceState.Ready, null)]
    [InlineData(DeviceState.Disconnected, "Not now: the phone is unplugged.")]
    [InlineData(DeviceState.Unsettled, "Not now: an earlier restore of this phone is not settled.")]
    [InlineData(DeviceState.NotDiag, "Not now: the phone is not ready.")]
    [InlineData(DeviceState.Silent, "Not now: the phone is not ready.")]
    [InlineData(DeviceState.Probing, "Not now: the phone is not ready.")]
    [InlineData(DeviceState.Unavailable, "Not now: the phone is not ready.")]
    public void A_phone_is_asked_only_when_it_is_ready(DeviceState state, string? why)
    {
        Device device = new() { State = state };
        Assert.Equal(why, PhoneActs.WhyNotAsk(device, s_live));
        Assert.Equal(why, PhoneActs.WhyNotRestore(device, s_live, []));
    }

    [Fact]
    public void Nothing_is_offered_while_the_agent_is_lost()
    {
        AgentView lost = s_live with { Fault = "broke" };
        Device ready = new() { State = DeviceState.Ready };
        Assert.Equal("Not now: the agent is lost.", PhoneActs.WhyNotAsk(ready, lost));
        Assert.False(PhoneActs.MayLease(ready, lost));
        Assert.False(PhoneActs.MayLease(new Device { State = DeviceState.Unsettled }, lost));
    }

    [Theory]
    [InlineData("bench-3", null)]
    [InlineData("chief", "Not now: chief (192.0.2.7) holds the phone for: ticket 4711")]
    public void Another_ones_lease_keeps_from_restoring_and_not_from_reading(string holder, string? why)
    {
        Device device = new() { State = DeviceState.Ready, Lease = new Lease { Holder = holder, Station = "192.0.2.7", Purpose = "ticket 4711" } };
        Assert.Equal(why, PhoneActs.WhyNotRestore(device, s_live, []));
        Assert.Null(PhoneActs.WhyNotAsk(device, s_live));
    }

    [Fact]
    public void An_open_row_keeps_from_restoring_whoever_holds_the_phone()
    {
        Device device = new() { State = DeviceState.Ready, Lease = new Lease { Holder = "bench-3" } };
        Assert.Equal("Not now: restore 17 of this phone is not settled.", PhoneActs.WhyNotRestore(device, s_live, [new JournalEntry { Name = "journal/17" }]));
    }

    [Theory]
    [InlineData(Role.Reader, DeviceState.Ready, false)]
    [InlineData(Role.Technician, DeviceState.Ready, true)]
    [InlineData(Role.Technician, DeviceState.Disconnected, true)]
    [InlineData(Role.Technician, DeviceState.Unsettled, true)]
    [InlineData(Role.Technician, DeviceState.NotDiag, false)]
    [InlineData(Role.Owner, DeviceState.Probing, false)]
    public void A_lease_is_for_technicians_and_on_known_phones(Role role, DeviceState state, bool may) =>
        Assert.Equal(may, PhoneActs.MayLease(new Device { State = state }, s_live with { Agent = new GetAgentInfoResponse { Role = role } }));
}
