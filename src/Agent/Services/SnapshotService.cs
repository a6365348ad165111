using Google.Protobuf;
using Grpc.Core;
using ImeiAgent.Agent.Access;
using ImeiAgent.Agent.Mapping;
using ImeiAgent.Operations;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Services;

/// <summary>What was read from phones and is kept.</summary>
internal sealed class SnapshotService(Backups backups, ImportBackup import, Transfers transfers) : V1.SnapshotService.SnapshotServiceBase
{
    private const int LargestImportChunk = 1024 * 1024;

    public override Task<ListSnapshotsResponse> ListSnapshots(ListSnapshotsRequest request, ServerCallContext context)
    {
        SnapshotPage page = backups.List(request.Device, request.PageSize, request.PageToken);
        return Task.FromResult(new ListSnapshotsResponse
        {
            Snapshots = { page.Snapshots.Select(s => s.ToProto(reveal: false)) },
            NextPageToken = page.NextPage,
        });
    }

    public override Task<GetSnapshotResponse> GetSnapshot(GetSnapshotRequest request, ServerCallContext context) =>
        Task.FromResult(new GetSnapshotResponse { Snapshot = backups.Get(request.Name).ToProto(request.RevealImei) });

    public override async Task ReadSnapshot(ReadSnapshotRequest request, IServerStreamWriter<ReadSnapshotResponse> responseStream, ServerCallContext context)
    {
        using Transfer transfer = transfers.Begin(context.Caller(), context.CancellationToken);
        foreach (ReadSnapshotResponse batch in backups.Read(request.Name, request.Slots.ToDomain(), request.ActiveOnly, context.Caller()).InBatches(request.RevealImei))
            await transfer.PieceAsync(ct => responseStream.WriteAsync(batch, ct));
    }

    public override async Task ExportSnapshot(
        ExportSnapshotRequest request, IServerStreamWriter<ExportSnapshotResponse> responseStream, ServerCallContext context)
    {
        request.Format.RequireText();
        using Transfer transfer = transfers.Begin(context.Caller(), context.CancellationToken);
        using var file = new MemoryStream();
        backups.ExportText(request.Name, request.Slot.OrFirst(), request.ActiveOnly, file, context.Caller());
        await transfer.SendAsync(
            file.GetBuffer().AsMemory(0, (int)file.Length), (chunk, ct) => responseStream.WriteAsync(new ExportSnapshotResponse { Chunk = chunk }, ct));
    }

    public override async Task<ImportSnapshotResponse> ImportSnapshot(IAsyncStreamReader<ImportSnapshotRequest> requestStream, ServerCallContext context)
    {
        using Transfer transfer = transfers.Begin(context.Caller(), context.CancellationToken);
        if (!await transfer.PieceAsync(requestStream.MoveNext))
            throw Requests.Invalid("file_name", "the first message is missing.");
        ImportSnapshotRequest first = requestStream.Current;
        first.Format.RequireText();
        using var file = new MemoryStream();
        do
        {
            ByteString chunk = requestStream.Current.Chunk;
            if (chunk.Length > LargestImportChunk)
                throw Requests.Invalid("chunk", "at most 1 MiB is expected.");
            if (file.Length + chunk.Length > ImportBackup.LargestFile)
                throw Requests.Invalid("chunk", "a file has at most 64 MiB.");
            chunk.WriteTo(file);
        }
        while (await transfer.PieceAsync(requestStream.MoveNext));

        file.Position = 0;
        return new ImportSnapshotResponse { Snapshot = import.Run(first.FileName, first.Slot.OrFirst(), file, context.Caller()).ToProto(reveal: false) };
    }
}
