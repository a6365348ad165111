using ImeiAgent.Client.Desktop.Phones;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

/// <summary>What a filter of phones finds: anything that a page shows of a phone.</summary>
public sealed class PhoneWordsTests
{
    private static readonly Device s_phone = new()
    {
        Name = "devices/sm-g991u-3f2a",
        Port = "/dev/ttyUSB2",
        State = DeviceState.Ready,
        Identity = new PhoneIdentity { Model = "SM-G991U", Build = "M8998-1.0" },
        Lease = new Lease { Holder = "bench-3", Station = "192.0.2.7", Purpose = "ticket 4711" },
        ImeiSlots = { new ImeiSlot { Slot = 1, State = ImeiSlotState.Ok, Imei = "35693803*****09" } },
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("sm-g991u", true)]
    [InlineData("M8998", true)]
    [InlineData("ttyusb2", true)]
    [InlineData("bench-3", true)]
    [InlineData("4711", true)]
    [InlineData("35693803", true)]
    [InlineData("shop", true)]
    [InlineData("bench-3 ttyUSB2", true)]
    [InlineData("bench-3 ttyUSB3", false)]
    [InlineData("356938035643809", false)]
    public void Every_word_has_to_be_there(string filter, bool fits) => Assert.Equal(fits, PhoneWords.Fits(new PhoneRow("shop", s_phone, null, [], false), filter));
}
