using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>
/// What a watcher of devices knows, over one connection after another. What is left of an earlier connection stays in the picture until the
/// next has told everything. Not safe for use by several threads at once.
/// </summary>
public sealed class DevicePicture
{
    private readonly Dictionary<(string Name, string Port), Device> _devices = [];
    private readonly HashSet<(string Name, string Port)> _stale = [];
    private readonly HashSet<string> _running = [];
    private readonly HashSet<string> _staleJobs = [];

    /// <summary>As last told, ordered by name.</summary>
    public IReadOnlyList<Device> Devices =>
        [.. _devices.Values.OrderBy(device => device.Name, StringComparer.Ordinal).ThenBy(device => device.Port, StringComparer.Ordinal)];

    /// <summary>How much waits for a person, as last told; null until it is, and with an agent that tells none.</summary>
    public WatchAttention? Attention { get; private set; }

    /// <summary>Whether this connection has told everything that is there.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Another connection begins, which tells everything anew.</summary>
    public void Begin()
    {
        IsWhole = false;
        _stale.UnionWith(_devices.Keys);
        _staleJobs.UnionWith(_running);
    }

    /// <summary>Takes a piece of news.</summary>
    /// <returns>The news; before a barrier also that devices of an earlier connection are gone.</returns>
    public IReadOnlyList<WatchDevicesResponse> Take(WatchDevicesResponse news)
    {
        ArgumentNullException.ThrowIfNull(news);
        switch (news.EventCase)
        {
            case WatchDevicesResponse.EventOneofCase.Device:
                _devices[(news.Device.Name, news.Device.Port)] = news.Device;
                _stale.Remove((news.Device.Name, news.Device.Port));
                break;
            case WatchDevicesResponse.EventOneofCase.Removed:
                _devices.Remove((news.Removed.Name, news.Removed.Port));
                _stale.Remove((news.Removed.Name, news.Removed.Port));
                break;
            case WatchDevicesResponse.EventOneofCase.Job:
                _staleJobs.Remove(news.Job.Name);
                if (news.Job.HasEnded)
                    _running.Remove(news.Job.Name);
                else
                    _running.Add(news.Job.Name);
                break;
            case WatchDevicesResponse.EventOneofCase.Attention:
                Attention = news.Attention;
                break;
            case WatchDevicesResponse.EventOneofCase.Barrier:
                IsWhole = true;
                return [.. Forget(news.Revision), news];
        }
        return [news];
    }

    /// <summary>A job of an earlier connection of which this one said nothing: it has ended meanwhile. Null when there is none.</summary>
    internal string? LostJob => _staleJobs.FirstOrDefault();

    /// <summary>What became of that job is known now.</summary>
    internal void ForgetLostJob(string name)
    {
        _staleJobs.Remove(name);
        _running.Remove(name);
    }

    private WatchDevicesResponse[] Forget(ulong revision)
    {
        (string Name, string Port)[] gone = [.. _stale];
        _stale.Clear();
        foreach ((string Name, string Port) device in gone)
            _devices.Remove(device);
        return [.. gone.Select(device => new WatchDevicesResponse { Revision = revision, Removed = new RemovedDevice { Name = device.Name, Port = device.Port } })];
    }
}
