namespace ImeiAgent.Diag.Nv;

/// <summary>The u16 status of an NV reply (nv_stat_enum_type of Android's kernel headers).</summary>
public enum NvStatus : ushort
{
    /// <summary>Done; of a write it means accepted, not that the value will stay.</summary>
    Done = 0,
    /// <summary>The NV task is at work; worth asking again.</summary>
    Busy = 1,
    /// <summary>Unknown NV command.</summary>
    BadCommand = 2,
    /// <summary>Storage is full.</summary>
    Full = 3,
    /// <summary>Failed without a reason.</summary>
    Fail = 4,
    /// <summary>The item exists and was never written.</summary>
    NotActive = 5,
    /// <summary>Bad item number or context.</summary>
    BadParameter = 6,
    /// <summary>Write-once or read-only.</summary>
    ReadOnly = 7,
    /// <summary>Not defined for this target.</summary>
    BadTarget = 8,
    /// <summary>The phone has no memory for it.</summary>
    NoMemory = 9,
    /// <summary>Not allocated.</summary>
    NotAllocated = 10,
}

/// <summary>Words for <see cref="NvStatus"/>.</summary>
public static class NvStatuses
{
    /// <summary>The name of the protocol, as in "NV_NOTACTIVE"; unknown values as "NV status 12".</summary>
    public static string Name(this NvStatus status) => status switch
    {
        NvStatus.Done => "NV_DONE",
        NvStatus.Busy => "NV_BUSY",
        NvStatus.BadCommand => "NV_BADCMD",
        NvStatus.Full => "NV_FULL",
        NvStatus.Fail => "NV_FAIL",
        NvStatus.NotActive => "NV_NOTACTIVE",
        NvStatus.BadParameter => "NV_BADPARM",
        NvStatus.ReadOnly => "NV_READONLY",
        NvStatus.BadTarget => "NV_BADTG",
        NvStatus.NoMemory => "NV_NOMEM",
        NvStatus.NotAllocated => "NV_NOTALLOC",
        _ => $"NV status {(ushort)status}",
    };
}
