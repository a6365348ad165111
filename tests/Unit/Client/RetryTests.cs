using Grpc.Core;
using ImeiAgent.Client;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Unit.Client;

public class RetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Grpc_repeats_every_call_but_those_that_change_something_and_those_that_are_resumed()
    {
        IEnumerable<string> all =
            from file in (Google.Protobuf.Reflection.FileDescriptor[])
                [AccessReflection.Descriptor, AgentReflection.Descriptor, ApprovalReflection.Descriptor, AuditReflection.Descriptor, DeviceReflection.Descriptor, ImeiReflection.Descriptor,
                    JobReflection.Descriptor, JournalReflection.Descriptor, LeaseReflection.Descriptor, NvReflection.Descriptor, SnapshotReflection.Descriptor, TraceReflection.Descriptor, WatchReflection.Descriptor]
            from service in file.Services
            from method in service.Methods
            select $"{service.Name}/{method.Name}";

        string[] changing = ["ClientService/RenameClient", "ClientService/RevokeClient", "PairingService/CreatePairing", "PairingService/Enroll", "PairingService/RenewCertificate",
            "ImeiService/WriteImei", "JournalService/SettleJournalEntry", "NvService/RemoveSkip", "SnapshotService/ImportSnapshot"];
        string[] resumed = ["JobService/StartDump", "JobService/WaitJob", "JobService/WatchJob", "NvService/ReadRange", "SnapshotService/ReadSnapshot", "SnapshotService/ExportSnapshot",
            "LeaseService/AcquireLease", "LeaseService/StealLease", "LeaseService/WatchLease",
            "AuditService/ExportAudit", "TraceService/ExportFrames", "TraceService/ExportSupportBundle", "WatchService/WatchDevices"];
        Assert.Equal(changing.Concat(resumed).Order(StringComparer.Ordinal), all.Except(ReadRetries.Methods).Order(StringComparer.Ordinal));
        Assert.Empty(ReadRetries.Methods.Except(all));
        Assert.Equal(ReadRetries.Package, JobReflection.Descriptor.Package);
    }

    [Fact]
    public async Task A_read_is_made_again_when_the_agent_was_unavailable()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        int calls = 0;
        agent.OnListDevices = () => ++calls == 1
            ? throw new RpcException(new Status(StatusCode.Unavailable, "starting"))
            : new ListDevicesResponse { Devices = { Samples.Phone() } };
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        ListDevicesResponse answer = await client.ListDevicesAsync(Cancellation);

        Assert.Equal(Samples.PhoneName, Assert.Single(answer.Devices).Name);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_write_is_never_repeated_by_itself()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        agent.OnWriteImei = (_, _, _) => throw new RpcException(new Status(StatusCode.Unavailable, "starting"));
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);

        await Assert.ThrowsAsync<AgentException>(async () =>
        {
            await foreach (WriteImeiResponse _ in client.WriteImeiAsync(new WriteImeiRequest(), Cancellation)) { }
        });

        Assert.Single(agent.RequestsOf<WriteImeiRequest>());
    }

    [Fact]
    public async Task A_client_finds_an_agent_again_that_was_restarted()
    {
        await using FakeAgent agent = await FakeAgent.StartAsync();
        await using AgentClient client = AgentClient.Connect(agent.Endpoint);
        await client.ListDevicesAsync(Cancellation);

        await agent.StopAsync();
        await agent.ListenAsync();

        Assert.Single((await client.ListDevicesAsync(Cancellation)).Devices);
    }
}
