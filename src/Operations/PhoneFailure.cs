using ImeiAgent.Diag.Messages;
using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>What an exception of the rooms below means for an operation on a phone.</summary>
internal static class PhoneFailure
{
    /// <summary>Whether it is one that a phone can cause.</summary>
    public static bool Is(Exception e) => e is SessionException or MalformedReplyException or DiagRefusedException;

    /// <summary>The operation's error for it.</summary>
    public static OperationException Explain(Exception e, Phone phone) => e switch
    {
        NoReplyException => Faults.NoReply(phone.Name, e),
        SessionException => Faults.Disconnected(phone.Name, e),
        DiagRefusedException refused => Faults.PhoneRefused(phone.Name, refused.Code.Name(), "", e),
        _ => Faults.PhoneRefused(phone.Name, "a malformed reply", " Its answer does not have the layout of its command.", e),
    };
}
