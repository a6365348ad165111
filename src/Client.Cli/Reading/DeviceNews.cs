using System.Globalization;
using ImeiAgent.Client.Cli.Verbs;
using ImeiAgent.V1;
using Spectre.Console;

namespace ImeiAgent.Client.Cli.Reading;

// What changes of devices, jobs and what waits for a person: what is there as a table, then a line a change. The progress of jobs is no change.
internal sealed class DeviceNews(Screen screen, TimeProvider time)
{
    private readonly Dictionary<(string Name, string Port), Device> _devices = [];
    private readonly Dictionary<string, JobState> _jobs = [];
    private WatchAttention _attention = new();
    private bool _isWhole;

    public void Tell(WatchDevicesResponse news)
    {
        switch (news.EventCase)
        {
            case WatchDevicesResponse.EventOneofCase.Device:
                Device? before = _devices.GetValueOrDefault((news.Device.Name, news.Device.Port));
                _devices[(news.Device.Name, news.Device.Port)] = news.Device;
                Line(news.Device.Name, What(before, news.Device), Colours.For(news.Device.State));
                break;
            case WatchDevicesResponse.EventOneofCase.Removed:
                _devices.Remove((news.Removed.Name, news.Removed.Port));
                Line(news.Removed.Name, $"no longer on {news.Removed.Port}", null);
                break;
            case WatchDevicesResponse.EventOneofCase.Job:
                TellJob(news.Job);
                break;
            case WatchDevicesResponse.EventOneofCase.Attention:
                TellAttention(news.Attention);
                break;
            case WatchDevicesResponse.EventOneofCase.Barrier when !_isWhole:
                _isWhole = true;
                DevicesVerb.Print(screen, [.. _devices.Values.OrderBy(device => device.Name, StringComparer.Ordinal)]);
                foreach ((string name, JobState state) in _jobs)
                    screen.Note($"job {Names.Short(name)}: {Words.For(state)}");
                if (_attention.PendingApprovals > 0)
                    screen.Note(Words.PendingApprovals(_attention));
                if (_attention.OpenJournalRows > 0)
                    screen.Note(Words.OpenRestores(_attention));
                screen.Note("Watching; Ctrl-C ends it.");
                break;
        }
    }

    private void TellJob(Job job)
    {
        if (_jobs.TryGetValue(job.Name, out JobState before) && before == job.State)
            return;
        _jobs[job.Name] = job.State;
        if (job.HasEnded)
            _jobs.Remove(job.Name);
        Line(job.Device, string.Create(CultureInfo.InvariantCulture, $"job {Names.Short(job.Name)}: {Words.For(job.State)}, {job.Progress?.Done ?? 0:N0}/{job.Progress?.Total ?? 0:N0}"), null);
    }

    // A row that moves on, or one that opens as another closes, is no news to a person: the number is the same.
    private void TellAttention(WatchAttention now)
    {
        (WatchAttention before, _attention) = (_attention, now);
        if (now.PendingApprovals != before.PendingApprovals)
            Line(Words.PendingApprovals(now), now.PendingApprovals > 0 ? Color.Yellow : null);
        if (now.OpenJournalRows != before.OpenJournalRows)
            Line(Words.OpenRestores(now), now.OpenJournalRows > 0 ? Color.Yellow : null);
    }

    private void Line(string device, string what, Color? colour)
    {
        if (what.Length > 0)
            Line($"{Names.Short(device)}  {what}", colour);
    }

    private void Line(string what, Color? colour)
    {
        if (_isWhole)
            screen.Line(new Cell($"{time.GetUtcNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC  {what}", colour));
    }

    /// <summary>What is new of a device; empty when nothing that a person would see.</summary>
    private static string What(Device? before, Device now)
    {
        List<string> parts = [];
        if (before?.State != now.State)
            parts.Add($"{Words.For(now.State)} on {now.Port}{(now.Identity?.Model is { Length: > 0 } model && before is null ? $", {model}" : "")}");
        string slots = Slots(now);
        if (slots.Length > 0 && slots != (before is null ? "" : Slots(before)))
            parts.Add(slots);
        if (before?.Lease?.FencingToken != now.Lease?.FencingToken)
            parts.Add(now.Lease is { } lease ? $"held by {Words.Holder(lease)}: {lease.Purpose}" : "held by nobody");
        else if (now.Lease is { } same && before?.Lease?.Waiting != same.Waiting)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{same.Waiting} waiting for it"));
        if (now.Hint.Length > 0 && before?.Hint != now.Hint)
            parts.Add(now.Hint);
        return string.Join("; ", parts);
    }

    private static string Slots(Device device) =>
        string.Join(", ", device.ImeiSlots.Where(slot => slot.State != ImeiSlotState.Unsupported).Select(slot => $"SIM {slot.Slot} {Words.For(slot.State)}"));
}
