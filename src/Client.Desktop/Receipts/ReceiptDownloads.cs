using System.Text;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Shell;
using ImeiAgent.Client.Desktop.Window;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Desktop.Receipts;

/// <summary>Receipts as files. Behind the gate that lets in this user's own window only.</summary>
internal static class ReceiptDownloads
{
    /// <summary>Adds the addresses of <see cref="Places.ReceiptFile"/>.</summary>
    public static void Map(WebApplication app) => app.MapGet("/download/at/{agent}/journal/{entry}/receipt.{format:regex(^(html|pdf)$)}",
        async (string agent, string entry, string format, bool? reveal, AgentLinks links, ReceiptSource source, ReceiptDocument document, PaperPrint paper, HttpContext context) =>
        {
            if (links.Find(agent) is not { } link)
                return Say(StatusCodes.Status404NotFound, ShellTexts.NoSuchAgent.With(SafeText.Clean(agent)));
            using System.Diagnostics.Activity? span = AgentLink.StartAction("receipt.save");
            JournalEntry row;
            try
            {
                row = await source.ReadAsync(link, entry, reveal == true, context.RequestAborted);
            }
            catch (AgentException fault)
            {
                return Say(Download.StatusOf(fault), Download.Sentence(CallFault.Of(fault, span)));
            }
            catch (InvalidOperationException)
            {
                return Say(StatusCodes.Status502BadGateway, ReceiptTexts.NotRevealed);
            }
            string html = await document.MakeAsync(link, row, reveal == true, context.RequestAborted);
            string name = $"receipt-{SafeText.Clean(row.Name).Replace('/', '-')}";
            if (format == "html")
                return Results.File(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", name + ".html");
            byte[]? pdf = await paper.TryMakeAsync(html, context.RequestAborted);
            return pdf is null
                ? Say(StatusCodes.Status503ServiceUnavailable, ReceiptTexts.NoPdf)
                : Results.File(pdf, "application/pdf", name + ".pdf");
        });

    private static IResult Say(int status, string why) => Results.Text(why, "text/plain", Encoding.UTF8, status);
}
