using System.Text.RegularExpressions;
using ImeiAgent.Diag.Nv;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed partial class NvCatalogueTests
{
    [Fact]
    public void It_lists_at_least_150_items() => Assert.True(NvCatalogue.All.Count >= 150, $"{NvCatalogue.All.Count}");

    [Fact]
    public void Items_stand_once_each_in_ascending_order()
    {
        ushort[] numbers = [.. NvCatalogue.All.Select(entry => entry.Id.Number)];
        Assert.Equal(numbers.Order().Distinct(), numbers);
    }

    [Fact]
    public void No_two_items_share_a_name() =>
        Assert.Equal(NvCatalogue.All.Count, NvCatalogue.All.Select(entry => entry.Name).Distinct().Count());

    [Fact]
    public void Sizes_are_1_to_128_bytes_or_open() =>
        Assert.All(NvCatalogue.All, entry => Assert.InRange(entry.Size ?? 1, 1, 128));

    [Fact]
    public void Names_are_the_protocols_and_meanings_are_words() =>
        Assert.All(NvCatalogue.All, entry =>
        {
            Assert.Matches(ProtocolName(), entry.Name);
            Assert.Equal(entry.Meaning.Trim(), entry.Meaning);
            Assert.NotEmpty(entry.Meaning);
        });

    [Theory]
    [InlineData(0, "NV_ESN_I", 4, NvGroup.Identity)]
    [InlineData(10, "NV_PREF_MODE_I", 3, NvGroup.Mode)]
    [InlineData(85, "NV_SEC_CODE_I", 6, NvGroup.Secret)]
    [InlineData(178, "NV_DIR_NUMBER_I", 21, NvGroup.Subscription)]
    [InlineData(447, "NV_BD_ADDR_I", 6, NvGroup.Identity)]
    [InlineData(550, "NV_UE_IMEI_I", 9, NvGroup.Identity)]
    [InlineData(571, "NV_RF_CAL_DATE_I", 4, NvGroup.RfCalibration)]
    [InlineData(906, "NV_PPP_PASSWORD_I", 128, NvGroup.Secret)]
    [InlineData(1943, "NV_MEID_I", 8, NvGroup.Identity)]
    [InlineData(6828, "NV_LTE_BC_CONFIG_I", 8, NvGroup.RfCalibration)]
    public void Known_items_are_told(int number, string name, int size, NvGroup group)
    {
        NvEntry entry = NvCatalogue.Find(new NvItemId((ushort)number))!;
        Assert.Equal((number, name, size, group), ((int)entry.Id.Number, entry.Name, entry.Size!.Value, entry.Group));
    }

    [Fact]
    public void An_item_that_is_not_listed_is_not_found() => Assert.Null(NvCatalogue.Find(new NvItemId(65535)));

    [Fact]
    public void Every_group_has_items_and_every_item_is_in_its_group()
    {
        NvGroup[] groups = Enum.GetValues<NvGroup>();
        Assert.All(groups, group => Assert.NotEmpty(NvCatalogue.InGroup(group)));
        Assert.Equal(NvCatalogue.All.Count, groups.Sum(group => NvCatalogue.InGroup(group).Count()));
        Assert.Contains(new NvItemId(550), NvCatalogue.InGroup(NvGroup.Identity).Select(entry => entry.Id));
    }

    [Fact]
    public void The_items_that_identity_checks_name_are_listed()
    {
        Assert.NotNull(NvCatalogue.Find(NvItemId.Esn));
        Assert.NotNull(NvCatalogue.Find(NvItemId.Imei));
        Assert.NotNull(NvCatalogue.Find(NvItemId.Meid));
    }

    [GeneratedRegex("^(NV|HUAWEI)_[A-Z0-9_]+$")]
    private static partial Regex ProtocolName();
}
