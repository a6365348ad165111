using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Mapping;

/// <summary>News in the words of the contract. IMEIs are masked.</summary>
internal static class WatchResponses
{
    public static WatchDevicesResponse ToProto(this LiveEvent told)
    {
        var response = new WatchDevicesResponse { Revision = told.Revision };
        switch (told)
        {
            case PhoneNews news:
                response.Device = news.Phone.ToProto(reveal: false).HeldBy(news.Lease);
                break;
            case PhoneGone gone:
                response.Removed = new RemovedDevice { Name = gone.Name, Port = gone.Port };
                break;
            case JobNews news:
                response.Job = news.Job.ToProto();
                break;
            case AttentionNews news:
                response.Attention = new WatchAttention
                {
                    PendingApprovals = (uint)news.Counts.PendingApprovals,
                    OpenJournalRows = (uint)news.Counts.OpenRows,
                    Change = news.Counts.Change,
                };
                break;
            case LiveBarrier:
                response.Barrier = new WatchBarrier();
                break;
            case LiveHeartbeat:
                response.Heartbeat = new WatchHeartbeat();
                break;
        }
        return response;
    }
}
