namespace ImeiAgent.Client.Contexts;

/// <summary>A context, the file that holds them, or a pairing cannot be used as it is. Nothing was changed.</summary>
public sealed class ContextException : Exception
{
    /// <summary>No context has that name.</summary>
    public const string NotFound = "CONTEXT_NOT_FOUND";

    /// <summary>A context has that name already.</summary>
    public const string Exists = "CONTEXT_EXISTS";

    /// <summary>That cannot be a context's name.</summary>
    public const string NameInvalid = "CONTEXT_NAME_INVALID";

    /// <summary>The file of contexts, or a key, is damaged, missing or open to other users.</summary>
    public const string Damaged = "CONTEXTS_DAMAGED";

    /// <summary>The file of contexts was written by a newer version.</summary>
    public const string Newer = "CONTEXTS_NEWER";

    /// <summary>Another program holds the file of contexts.</summary>
    public const string Locked = "CONTEXTS_LOCKED";

    /// <summary>The pairing line is no such line, or not the whole of one.</summary>
    public const string LineDamaged = "PAIRING_LINE_DAMAGED";

    /// <summary>The pairing line is for a newer version.</summary>
    public const string LineNewer = "PAIRING_LINE_NEWER";

    /// <summary>The pairing line's time is over.</summary>
    public const string LineExpired = "PAIRING_LINE_EXPIRED";

    /// <summary>The agent answered the pairing with something that is no certificate for this machine's key.</summary>
    public const string AnswerWrong = "PAIRING_ANSWER_WRONG";

    internal ContextException(string reason, string message, Exception? inner = null) : base(message, inner) => Reason = reason;

    /// <summary>Stable reason in upper snake case: one of the constants here.</summary>
    public string Reason { get; }
}
