using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// What somebody is told before they draw conclusions from two snapshots.
public sealed class SnapshotPairTests
{
    private const string TwoPhones = "two phones", MaybeTwo = "not known whether", Models = "models differ", Firmware = "firmware differs", Only = "was read in";

    [Fact]
    public void Of_one_phone_nothing_is_told() => Assert.Empty(SnapshotPair.Cautions(Of(), Of()));

    [Theory]
    [InlineData("99000000000002", "SM-G991U", "build-1", new[] { TwoPhones })]
    [InlineData("", "SM-G991U", "build-1", new[] { MaybeTwo })]
    [InlineData("99000000000002", "SM-G981U", "build-2", new[] { TwoPhones, Models })]
    [InlineData("99000000000001", "SM-G991U", "build-2", new[] { Firmware })]
    public void What_makes_differences_mean_less_is_told(string meid, string model, string build, string[] told)
    {
        IReadOnlyList<string> cautions = SnapshotPair.Cautions(Of(), Of(meid, model, build));

        Assert.Equal(told.Length, cautions.Count);
        Assert.All(told.Zip(cautions), one => Assert.Contains(one.First, one.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void A_SIM_that_one_of_them_did_not_read_is_told()
    {
        Snapshot other = Of();
        other.Slots.Add(2);

        Assert.Contains("SIM 2 " + Only + " B only", Assert.Single(SnapshotPair.Cautions(Of(), other)), StringComparison.Ordinal);
        Assert.Contains("SIM 2 " + Only + " A only", Assert.Single(SnapshotPair.Cautions(other, Of())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_phone_is_known_by_its_serial_numbers_and_else_by_its_name()
    {
        Assert.True(SnapshotPair.AreOfOnePhone(Of(), Of()));
        Assert.False(SnapshotPair.AreOfOnePhone(Of(), Of("99000000000002")));
        Assert.Null(SnapshotPair.AreOfOnePhone(Of(), Of("")));
        Assert.True(SnapshotPair.AreOfOnePhone(Named("devices/a"), Named("devices/a")));
        Assert.False(SnapshotPair.AreOfOnePhone(Named("devices/a"), Named("devices/b")));
        Assert.Null(SnapshotPair.AreOfOnePhone(Named(""), Named("devices/b")));
    }

    // Masked in one and in full in the other, it is the same; masked in both it may be another's, which the ESN tells.
    [Theory]
    [InlineData("35693803*****0", "80A1B2C3", "35693803*****0", "80A1B2C3", true)]
    [InlineData("35693803*****0", "80A1B2C3", "35693803564380", "80A1B2C3", true)]
    [InlineData("35693803564380", "80A1B2C3", "35693803*****0", "80A1B2C3", true)]
    [InlineData("35693803*****0", "80A1B2C3", "35693803*****0", "80A1B2C4", false)]
    [InlineData("35693803*****0", "80A1B2C3", "49015420323751", "80A1B2C3", false)]
    [InlineData("35693803*****0", "80A1B2C3", "49015420*****1", "80A1B2C3", false)]
    [InlineData("35693803*****0", "", "35693803*****0", "", null)]
    [InlineData("35693803*****0", "", "35693803564380", "80A1B2C3", null)]
    [InlineData("35693803564380", "", "35693803564380", "80A1B2C3", true)]
    public void A_masked_MEID_is_compared_as_far_as_it_is_seen(string meidOfA, string esnOfA, string meidOfB, string esnOfB, bool? same) =>
        Assert.Equal(same, SnapshotPair.AreOfOnePhone(
            new() { Identity = new PhoneIdentity { Meid = meidOfA, Esn = esnOfA } }, new() { Identity = new PhoneIdentity { Meid = meidOfB, Esn = esnOfB } }));

    [Fact]
    public void What_a_phone_calls_itself_is_made_safe()
    {
        Snapshot one = Of(model: "SM\u202EG991U");
        one.CreateTime = Timestamp.FromDateTime(new DateTime(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc));

        Assert.DoesNotContain('\u202E', NvWords.Line(one));
        Assert.DoesNotContain('\u202E', string.Concat(SnapshotPair.Cautions(one, Of())));
    }

    private static Snapshot Of(string meid = "99000000000001", string model = "SM-G991U", string build = "build-1") =>
        new() { Identity = new PhoneIdentity { Meid = meid, Model = model, Build = build }, Slots = { 1 } };

    private static Snapshot Named(string device) => new() { Device = device };
}
