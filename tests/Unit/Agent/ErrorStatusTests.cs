using System.Text;
using Google.Rpc;
using Grpc.Core;
using ImeiAgent.Agent;
using ImeiAgent.Operations;
using ImeiAgent.Unit.Operations;
using Xunit;

namespace ImeiAgent.Unit.Agent;

public class ErrorStatusTests
{
    [Theory]
    [InlineData("\U0001F4F1")]
    [InlineData("号")]
    [InlineData("x")]
    public void A_text_of_any_length_and_script_becomes_a_status_that_peers_take(string character)
    {
        string asked = "a" + string.Concat(Enumerable.Repeat(character, 100_000));
        var error = new OperationException(OperationError.DeviceNotFound, $"No phone has the name {asked}.");

        RpcException sent = ErrorStatus.ToRpcException(error);

        Assert.Equal("DEVICE_NOT_FOUND", sent.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        Assert.DoesNotContain("\uFFFD", Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(sent.Status.Detail)), StringComparison.Ordinal);
        int onTheWire = Uri.EscapeDataString(sent.Status.Detail).Length + sent.Trailers.Sum(t => t.IsBinary ? t.ValueBytes.Length * 4 / 3 : t.Value.Length);
        Assert.InRange(onTheWire, 1, 8 * 1024);
    }

    [Fact]
    public async Task A_busy_phone_is_an_error_that_says_who_has_it_what_for_and_when_to_ask_again()
    {
        using var room = new LeaseRoom(onDisk: false);
        await room.AcquireAsync(LeaseRoom.Ana);
        room.Advance(10);

        RpcException sent = ErrorStatus.ToRpcException(await Assert.ThrowsAsync<OperationException>(() => room.AcquireAsync(LeaseRoom.Ben)));

        ErrorInfo info = sent.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal(
            [("holder", "ana"), ("purpose", "ticket 4711"), ("station", "192.0.2.1"), ("until", "2026-11-23T12:00:30Z")],
            info.Metadata.Select(field => (field.Key, field.Value)).Order());
        Assert.Equal(TimeSpan.FromSeconds(20), sent.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan());
    }
}
