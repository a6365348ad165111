using System.Collections.Frozen;
using ImeiAgent.Integration.Telemetry.Scenario;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>No measurement of any room tells who or which: by the values that ten agents, their phones and their clients really made.</summary>
[Collection(ScenarioOnce.Name)]
public sealed class TagsTests(TablesScenario scenario)
{
    // States of phones are the longest vocabulary of the own instruments. Calls: what the scenes call, by how it ends.
    private const int MostSeries = 8, MostCalls = 40;

    private FrozenSet<string> Identities => Vocabulary.Identities(
        scenario.Spans.All.SelectMany(span => span.TagObjects).Select(tag => KeyValuePair.Create(tag.Key, tag.Value?.ToString() ?? "")));

    [Fact]
    public void No_tag_holds_an_item_a_number_a_phone_a_lease_a_port_or_a_person()
    {
        FrozenSet<string> identities = Identities;

        string[] faults = [.. scenario.Measurements.All.SelectMany(measured => measured.Tags.Select(tag => (measured.Instrument.Name, Fault: Vocabulary.Fault(tag.Key, tag.Value, identities))))
            .Where(found => found.Fault.Length > 0).Select(found => $"{found.Name}: {found.Fault}").Distinct()];

        Assert.Equal([], faults);
    }

    // More than there are series: a tag that told them apart would be seen.
    [Fact]
    public void However_many_take_part_the_series_stay_few()
    {
        double items = scenario.Measurements.All.Where(one => one.Instrument.Name == "imeiagent.nv.items").Sum(one => one.Sum);
        Assert.True(items > 10 * MostSeries, $"{items} items were read: too few to tell");
        Assert.True(Identities.Count > MostCalls, $"{Identities.Count} took part: too few to tell");

        Assert.All(scenario.Measurements.All.GroupBy(one => one.Instrument.Name), metric =>
        {
            int series = metric.Select(one => string.Join(' ', one.Tags.OrderBy(tag => tag.Key).Select(tag => $"{tag.Key}={tag.Value}"))).Distinct().Count();
            int most = metric.Key.StartsWith("rpc.", StringComparison.Ordinal) ? MostCalls : MostSeries;
            Assert.True(series <= most, $"{metric.Key} has {series} series");
        });
    }

    // The rooms tell all of this on spans, so the scenes made it; and the rule would see it on a measurement.
    [Fact]
    public void The_rule_sees_whoever_took_part()
    {
        FrozenSet<string> identities = Identities;

        foreach (string name in (string[])["bench-3", "127.0.0.1", Environment.UserName, "550", "journal/1"])
            Assert.True(identities.Contains(name), $"{name} took no part");
        Assert.Contains(identities.AsEnumerable(), name => name.StartsWith("devices/sm-g991u-", StringComparison.Ordinal));
        Assert.Contains(identities.AsEnumerable(), name => name.StartsWith("jobs/", StringComparison.Ordinal));
        Assert.Contains(identities.AsEnumerable(), name => name.StartsWith("clients/", StringComparison.Ordinal));
        Assert.All(identities, name => Assert.NotEqual("", Vocabulary.Fault("imeiagent.outcome", name, identities)));
    }

    [Theory]
    [InlineData("imeiagent.outcome", 550)]
    [InlineData("imeiagent.outcome", "550")]
    [InlineData("imeiagent.lease", 7L)]
    [InlineData("imeiagent.model", "356938035643809")]
    [InlineData("imeiagent.model", "35693803*****09")]
    [InlineData("imeiagent.model", "80a1b2c3")]
    [InlineData("imeiagent.nv.item", "active")]
    [InlineData("imeiagent.operator", "anna")]
    [InlineData("imeiagent.outcome", "local:anna")]
    [InlineData("error.type", "devices/sm-g991u-7fec")]
    [InlineData("error.type", "System.IO.IOException")]
    [InlineData("rpc.method", "imeiagent.v1.DeviceService/Guess")]
    [InlineData("rpc.response.status_code", "42")]
    [InlineData("imeiagent.state", "8f14e45f-ceea-467f-a165-708677289501")]
    public void The_rule_refuses_what_grows(string tag, object value) => Assert.NotEqual("", Vocabulary.Fault(tag, value, FrozenSet<string>.Empty));

    [Theory]
    [InlineData("imeiagent.outcome", "anna", "anna")]
    [InlineData("imeiagent.outcome", "annabelle", "refusedtoannabelle")]
    [InlineData("error.type", "annabelle", "ANNABELLE_REFUSED")]
    public void The_rule_refuses_who_took_part(string tag, string who, string value) =>
        Assert.NotEqual("", Vocabulary.Fault(tag, value, FrozenSet.ToFrozenSet([who])));
}
