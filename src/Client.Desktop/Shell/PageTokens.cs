namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>Where in a list that comes in pages one is. The newest page is the first.</summary>
public sealed class PageTokens
{
    private readonly Stack<string> _newer = new();
    private string _next = "";

    /// <summary>What to ask for this page with; empty for the first.</summary>
    public string Token { get; private set; } = "";

    /// <summary>From 1.</summary>
    public int Number => _newer.Count + 1;

    /// <summary>Whether there are older ones.</summary>
    public bool HasOlder => _next.Length > 0;

    /// <summary>The page came.</summary>
    /// <param name="next">The token of the next one; empty at the end.</param>
    public void Took(string next) => _next = next;

    /// <summary>To the next older page.</summary>
    public void Older()
    {
        if (!HasOlder)
            return;
        _newer.Push(Token);
        (Token, _next) = (_next, "");
    }

    /// <summary>Back to the next newer page.</summary>
    public void Newer()
    {
        if (_newer.TryPop(out string? token))
            (Token, _next) = (token, "");
    }

    /// <summary>Back to the first, as when another list begins.</summary>
    public void Reset()
    {
        _newer.Clear();
        (Token, _next) = ("", "");
    }
}
