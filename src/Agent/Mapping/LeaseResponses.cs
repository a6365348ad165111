using Google.Protobuf.WellKnownTypes;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Mapping;

/// <summary>Leases, to and from the words of the contract.</summary>
internal static class LeaseResponses
{
    public static LeaseOrder ToDomain(this AcquireLeaseRequest request, Caller caller)
    {
        LeaseOrder order = Order(request.Device, request.Purpose, request.RequestId, request.Ttl, request.MaxDuration, caller);
        return request.Wait is { } wait ? order with { Wait = wait.OrOutOfRange() } : order;
    }

    public static LeaseOrder ToDomain(this StealLeaseRequest request, Caller caller) =>
        Order(request.Device, request.Reason, request.RequestId, request.Ttl, request.MaxDuration, caller);

    /// <summary>A token as clients give it: what does not fit is nobody's.</summary>
    public static long ToToken(this ulong token) => (long)Math.Min(token, long.MaxValue);

    public static Lease ToProto(this LeaseView lease) => new()
    {
        Device = lease.Device,
        FencingToken = (ulong)lease.Token,
        Holder = lease.Holder,
        Station = lease.Station,
        Purpose = lease.Purpose,
        AcquireTime = lease.AcquiredAt.ToTimestamp(),
        ExpireTime = lease.ExpiresAt.ToTimestamp(),
        LimitTime = lease.LimitAt.ToTimestamp(),
        Waiting = (uint)lease.Waiting,
    };

    public static WatchLeaseResponse ToProto(this LeaseNews news) => new()
    {
        Lease = news.Lease.ToProto(),
        End = news.End.ToProto(),
        TakenBy = news.TakenBy,
        Reason = news.Reason,
    };

    public static LeaseEnd ToProto(this LeaseEnding end) => end switch
    {
        LeaseEnding.Released => LeaseEnd.Released,
        LeaseEnding.Expired => LeaseEnd.Expired,
        LeaseEnding.LimitReached => LeaseEnd.LimitReached,
        LeaseEnding.Stolen => LeaseEnd.Stolen,
        LeaseEnding.Revoked => LeaseEnd.Revoked,
        _ => LeaseEnd.Unspecified,
    };

    /// <summary>The device with who holds it.</summary>
    public static Device HeldBy(this Device device, LeaseView? lease)
    {
        device.Lease = lease?.ToProto();
        return device;
    }

    /// <summary>A length of time as clients give it: what is none lies outside every range, so that it is refused, and audited, where the others are.</summary>
    public static TimeSpan OrOutOfRange(this Duration duration)
    {
        try
        {
            return duration.ToTimeSpan();
        }
        catch (InvalidOperationException)
        {
            return TimeSpan.MinValue;
        }
    }

    private static LeaseOrder Order(string device, string purpose, string requestId, Duration? ttl, Duration? maxDuration, Caller caller)
    {
        var order = new LeaseOrder { Device = device, Purpose = purpose, RequestId = requestId, By = caller };
        if (ttl is not null)
            order = order with { Ttl = ttl.OrOutOfRange() };
        return maxDuration is null ? order : order with { MaxDuration = maxDuration.OrOutOfRange() };
    }
}
