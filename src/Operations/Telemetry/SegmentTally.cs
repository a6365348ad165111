using System.Diagnostics;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Operations;

/// <summary>What became of the items of one segment of a dump.</summary>
internal record struct SegmentTally
{
    private byte _slot;
    private ushort _first;
    private ushort _last;
    private int _active;
    private int _absent;
    private int _failed;
    private int _skipped;
    private TimeSpan _longest;

    /// <summary>How many items it has.</summary>
    public readonly int Items => _active + _absent + _failed + _skipped;

    /// <summary>Counts an item; the outcome in a word.</summary>
    public string Add(in NvReading reading, TimeSpan took)
    {
        if (Items == 0)
            (_slot, _first) = (reading.Slot, reading.Item.Number);
        _last = reading.Item.Number;
        if (took > _longest)
            _longest = took;
        if (reading.IsActive)
        {
            _active++;
            return "active";
        }
        if (reading.IsAbsent)
        {
            _absent++;
            return "absent";
        }
        if (reading.IsSkipped)
        {
            _skipped++;
            return "skipped";
        }
        _failed++;
        return "failed";
    }

    /// <summary>Adds the counts to the metric of items.</summary>
    public readonly void Report()
    {
        Report(_active, "active");
        Report(_absent, "absent");
        Report(_failed, "failed");
        Report(_skipped, "skipped");
    }

    /// <summary>Says all of it on the segment's span.</summary>
    public readonly void Describe(Activity segment)
    {
        segment.SetTag("imeiagent.nv.slot", (int)_slot);
        segment.SetTag("imeiagent.nv.first", (int)_first);
        segment.SetTag("imeiagent.nv.last", (int)_last);
        segment.SetTag("imeiagent.items", Items);
        segment.SetTag("imeiagent.items.active", _active);
        segment.SetTag("imeiagent.items.absent", _absent);
        segment.SetTag("imeiagent.items.failed", _failed);
        segment.SetTag("imeiagent.item.max_ms", Math.Round(_longest.TotalMilliseconds, 3));
    }

    private static void Report(int count, string outcome)
    {
        if (count > 0)
            OperationsTelemetry.Items.Count(count, "imeiagent.outcome", outcome);
    }
}
