using ImeiAgent.Client.Desktop.Restore;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// Which imported snapshots are offered for a phone, told by serial numbers of which the agent masks some.
public sealed class SnapshotChoicesTests
{
    [Theory]
    [InlineData("35693803*****0", "", "35693803*****0", "", true)]
    [InlineData("35693803*****0", "", "35693803564380", "", true)]
    [InlineData("35693803564380", "", "35693803*****0", "", true)]
    [InlineData("35693803*****0", "80A1B2C3", "35693803*****0", "80A1B2C3", true)]
    [InlineData("35693803*****0", "80A1B2C3", "35693803*****0", "80A1B2C4", false)]
    [InlineData("35693803*****0", "80A1B2C3", "49015420*****1", "80A1B2C3", false)]
    [InlineData("35693803*****0", "", "A0000012345678", "", false)]
    [InlineData("", "80A1B2C3", "35693803*****0", "80A1B2C3", true)]
    [InlineData("35693803*****0", "80A1B2C3", "", "", true)]
    [InlineData("", "", "35693803*****0", "80A1B2C3", false)]
    public void A_snapshot_is_offered_where_no_serial_number_that_is_seen_speaks_against_it(string meid, string esn, string phoneMeid, string phoneEsn, bool offered) =>
        Assert.Equal(offered, SnapshotChoices.MayBeOf(
            new PhoneIdentity { Model = "SM-G991U", Meid = meid, Esn = esn }, new PhoneIdentity { Model = "SM-G991U", Meid = phoneMeid, Esn = phoneEsn }));
}
