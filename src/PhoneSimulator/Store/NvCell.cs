using ImeiAgent.Diag.Nv;

namespace ImeiAgent.PhoneSimulator.Store;

/// <summary>How the phone answers for an item: an NV status in band, or a refusal packet.</summary>
internal enum NvAnswer : byte
{
    Done = (byte)NvStatus.Done,
    NotActive = (byte)NvStatus.NotActive,
    BadParameter = (byte)NvStatus.BadParameter,
    BadTarget = (byte)NvStatus.BadTarget,

    /// <summary>No status: a BAD_PARM packet with the request's echo.</summary>
    RefusedBadParameter = 0xFF,
}
