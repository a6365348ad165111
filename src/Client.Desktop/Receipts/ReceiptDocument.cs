using System.Globalization;
using System.Net;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.V1;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace ImeiAgent.Client.Desktop.Receipts;

/// <summary>A receipt as a file that stands alone: no script, nothing fetched, links to nowhere, fit for paper.</summary>
public sealed class ReceiptDocument(IServiceProvider services, ILoggerFactory logs, TimeProvider time)
{
    private const string Style = """
        body { font: 11pt/1.45 system-ui, "Segoe UI", "Helvetica Neue", sans-serif; color: #1b1b1f; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.4rem; margin: 0 0 .2rem; }
        .outcome { border: 2px solid; border-radius: 6px; padding: .6rem .8rem; font-size: 1.1rem; }
        .outcome.good { color: #1a6b34; } .outcome.bad { color: #b3261e; } .outcome.doubtful { color: #8a4b00; }
        .holds { padding-left: 1.2rem; }
        table { border-collapse: collapse; width: 100%; margin: 1rem 0; } caption { text-align: left; font-weight: 600; margin-bottom: .3rem; }
        th, td { border: 1px solid #9a9aa5; padding: .35rem .5rem; text-align: left; vertical-align: top; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
        .mono { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; font-size: .95em; }
        footer, .made { color: #46464f; font-size: .9rem; }
        @page { margin: 18mm; }
        """;

    /// <summary>The file.</summary>
    /// <param name="link">The agent.</param>
    /// <param name="entry">The row.</param>
    /// <param name="revealed">Whether its numbers are in full; said in the file.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<string> MakeAsync(AgentLink link, JournalEntry entry, bool revealed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(entry);
        PhoneIdentity? identity = await ReceiptSource.WhoseAsync(link, entry.Receipt ?? new WriteReceipt(), revealed, cancellation);
        await using HtmlRenderer renderer = new(services, logs);
        string body = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<ReceiptBody>(
            ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(ReceiptBody.Entry)] = entry, [nameof(ReceiptBody.Identity)] = identity }))).ToHtmlString());
        string heading = Encode(ReceiptTexts.Heading.With(entry.Name));
        string made = Encode(ReceiptTexts.MadeBy.With(
            time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), SafeText.Clean(link.View.Agent?.Host ?? link.Name), SafeText.Clean(link.View.Agent?.Version ?? "")));
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{heading}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{heading}</h1>
            <p class="made">{Encode(revealed ? ReceiptTexts.InFull : ReceiptTexts.Masked)}</p>
            {body}
            <footer><p>{made}</p><p>{Encode(ReceiptTexts.HashMeans)}</p></footer>
            </body>
            </html>

            """;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
