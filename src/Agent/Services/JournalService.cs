using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>What restores did and are doing.</summary>
internal sealed class JournalService(JournalDesk journal) : V1.JournalService.JournalServiceBase
{
    public override Task<ListJournalResponse> ListJournal(ListJournalRequest request, ServerCallContext context)
    {
        JournalPage page = journal.List(request.Device, request.OpenOnly, request.PageSize, request.PageToken);
        return Task.FromResult(new ListJournalResponse
        {
            Entries = { page.Rows.Select(row => row.ToProto(request.RevealImei)) },
            NextPageToken = page.NextPage,
        });
    }

    public override Task<GetJournalEntryResponse> GetJournalEntry(GetJournalEntryRequest request, ServerCallContext context) =>
        Task.FromResult(new GetJournalEntryResponse { Entry = journal.Get(request.Name).ToProto(request.RevealImei) });

    public override async Task<SettleJournalEntryResponse> SettleJournalEntry(SettleJournalEntryRequest request, ServerCallContext context)
    {
        JournalView row = await journal.SettleAsync(request.ToDomain(context.Caller()), context.CancellationToken);
        return new SettleJournalEntryResponse { Entry = row.ToProto(request.RevealImei) };
    }
}
