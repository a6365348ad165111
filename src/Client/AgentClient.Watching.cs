using System.Runtime.CompilerServices;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

// Everything that changes by itself.
public sealed partial class AgentClient
{
    private WatchService.WatchServiceClient WatchCalls => field ??= new(_calls);

    /// <summary>
    /// Tells all devices, running jobs and how much waits for a person, a barrier, then every change, over one connection; does not end by itself.
    /// A stream that is silent for 30 s counts as lost: the agent promises a heartbeat every 10.
    /// </summary>
    /// <exception cref="AgentException">The agent's refusal, or the connection broke.</exception>
    public IAsyncEnumerable<WatchDevicesResponse> WatchDevicesAsync(CancellationToken cancellation) =>
        StreamAsync(options => WatchCalls.WatchDevices(new WatchDevicesRequest(), options), null, Silence, cancellation);

    /// <summary>
    /// The same over connections that break and agents that are started again. After a break all is told anew and ends with a barrier; what is
    /// gone meanwhile is told as removed, and jobs that ended meanwhile with their end, before that barrier.
    /// </summary>
    /// <param name="onNote">Told for a person when the connection breaks and when it is back.</param>
    /// <param name="cancellation">Ends the watch.</param>
    /// <exception cref="AgentException">The agent's refusal, or it stayed away for 2 minutes.</exception>
    public async IAsyncEnumerable<WatchDevicesResponse> FollowDevicesAsync(Action<string>? onNote, [EnumeratorCancellation] CancellationToken cancellation)
    {
        DevicePicture picture = new();
        Outage? outage = null;
        bool told = false;
        while (true)
        {
            AgentException? lost = null;
            picture.Begin();
            IAsyncEnumerator<WatchDevicesResponse> news = WatchDevicesAsync(cancellation).GetAsyncEnumerator(CancellationToken.None);
            await using (news.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await news.MoveNextAsync().ConfigureAwait(false))
                            lost = StatusDecoder.ConnectionLost(Endpoint, "ended the watch of its devices");
                    }
                    catch (AgentException fault) when (Outage.IsOne(fault))
                    {
                        lost = fault;
                    }
                    if (lost is not null)
                        break;
                    if (told)
                        onNote?.Invoke("the agent is there again");
                    (outage, told) = (null, false);
                    foreach (WatchDevicesResponse piece in picture.Take(news.Current))
                    {
                        while (piece.EventCase == WatchDevicesResponse.EventOneofCase.Barrier && picture.LostJob is { } name)
                        {
                            (Job? job, lost) = await EndOfAsync(name, cancellation).ConfigureAwait(false);
                            if (lost is not null)
                                break;
                            picture.ForgetLostJob(name);
                            if (job is not null)
                                yield return new WatchDevicesResponse { Revision = piece.Revision, Job = job };
                        }
                        if (lost is not null)
                            break;
                        yield return piece;
                    }
                    // The next connection has a barrier too, and the ends that could not be asked for now stand before it.
                    if (lost is not null)
                        break;
                }
            }
            if (_wasThere && !told)
            {
                onNote?.Invoke("the connection to the agent was lost; trying again");
                told = true;
            }
            outage ??= Outage.Begin(_time, lost, isKnown: _wasThere);
            if (outage.IsOver)
                throw lost;
            await outage.PauseAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A job that was running when it was last heard of; neither it nor a break when nothing is known of it any more.</summary>
    private async Task<(Job? Job, AgentException? Lost)> EndOfAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return ((await GetJobAsync(new GetJobRequest { Name = name }, cancellation).ConfigureAwait(false)).Job, null);
        }
        catch (AgentException fault)
        {
            return (null, Outage.IsOne(fault) ? fault : null);
        }
    }
}
