using System.Reflection;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.TestKit;
using ImeiAgent.V1;
using Xunit;

namespace ImeiAgent.Integration.Agent.Access;

/// <summary>Whatever a client writes into whatever field: no file of that name is opened or made by the agent. The kernel is asked.</summary>
public sealed class ForeignPathTests : IDisposable
{
    // <sys/inotify.h> of Linux.
    private const int InNonBlock = 0x800;
    private const uint InAccess = 0x1, InModify = 0x2, InOpen = 0x20, InCreate = 0x100;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_path_of_a_client_is_opened()
    {
        Requires.Unless(OperatingSystem.IsLinux(), "inotify is Linux's");
        string there = _folder.File("watched/there.txt"), missing = _folder.File("watched/missing.txt");
        Directory.CreateDirectory(_folder.File("watched"));
        await File.WriteAllTextAsync(there, "00550 (0x0226)   -   OK\r\n", Ct);
        await using RunningPhone<PtyHost> phone = Phones.OnPty("galaxy-imei-lost");
        await using StationUnderTest station = await StationUnderTest.StartAsync(port: phone.Host.Path);
        int watch = StartWatch(InNonBlock);
        Assert.True(AddWatch(watch, _folder.File("watched"), InAccess | InModify | InOpen | InCreate) >= 0);
        int made = 0;

        foreach (MethodDescriptor method in Methods())
            foreach (string path in (string[])[there, missing, $"unix:{there}", $"file://{there}"])
                foreach (byte[] request in Requests(method.InputType, path))
                {
                    await CallAsync(station.Local, method, request);
                    made++;
                    Assert.False(Happened(watch), $"{method.FullName} touched {path}");
                }

        Assert.InRange(made, 200, 5000);
        // The control: the watch would have told.
        await File.ReadAllTextAsync(there, Ct);
        Assert.True(Happened(watch));
        await File.WriteAllTextAsync(missing, "", Ct);
        Assert.True(Happened(watch));
        Assert.Equal(0, CloseFile(watch));
    }

    public void Dispose() => _folder.Dispose();

    // The path in all fields at once, and in one after the other, with what else it takes to come further than the first check.
    private static IEnumerable<byte[]> Requests(MessageDescriptor type, string path)
    {
        List<FieldDescriptor> fields = [.. type.Fields.InDeclarationOrder().Where(f => f.FieldType is FieldType.String)];
        yield return Fill(type, _ => path).ToByteArray();
        foreach (FieldDescriptor field in fields)
            yield return Fill(type, f => f == field ? path : Usual(f)).ToByteArray();
    }

    private static IMessage Fill(MessageDescriptor type, Func<FieldDescriptor, string> text)
    {
        IMessage message = type.Parser.ParseFrom([]);
        foreach (FieldDescriptor field in type.Fields.InDeclarationOrder())
        {
            if (field.FieldType == FieldType.String)
                Set(message, field, text(field));
            else if (field.FieldType == FieldType.Message && field.MessageType.File.Package == "imeiagent.v1")
                Set(message, field, Fill(field.MessageType, text));
            else if (field.FieldType == FieldType.Enum && field.Name == "format")
                Set(message, field, 1);
            else if (field.FieldType == FieldType.Bytes)
                Set(message, field, ByteString.CopyFromUtf8("00550 (0x0226)   -   OK\r\n"));
        }
        return message;
    }

    private static void Set(IMessage message, FieldDescriptor field, object value)
    {
        if (field.IsRepeated)
            ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
        else
            field.Accessor.SetValue(message, value);
    }

    private static string Usual(FieldDescriptor field) => field.Name switch
    {
        "request_id" => Guid.NewGuid().ToString(),
        "reason" or "purpose" or "evidence" => "ticket 4711",
        "file_name" => "old.txt",
        _ => "",
    };

    // To its first answer or its refusal.
    private static async Task CallAsync(GrpcChannel channel, MethodDescriptor method, byte[] request)
    {
        Marshaller<byte[]> bytes = Marshallers.Create(b => b, b => b);
        MethodType kind = method.IsClientStreaming ? MethodType.ClientStreaming : method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var called = new Method<byte[], byte[]>(kind, method.Service.FullName, method.Name, bytes, bytes);
        CallInvoker invoker = channel.CreateCallInvoker();
        var options = new CallOptions(cancellationToken: Ct);
        try
        {
            if (kind == MethodType.ClientStreaming)
            {
                using AsyncClientStreamingCall<byte[], byte[]> call = invoker.AsyncClientStreamingCall(called, null, options);
                await call.RequestStream.WriteAsync(request, Ct);
                await call.RequestStream.CompleteAsync();
                await call.ResponseAsync;
            }
            else if (kind == MethodType.ServerStreaming)
            {
                using AsyncServerStreamingCall<byte[]> call = invoker.AsyncServerStreamingCall(called, null, options, request);
                await call.ResponseStream.MoveNext(Ct);
            }
            else
            {
                await invoker.AsyncUnaryCall(called, null, options, request).ResponseAsync;
            }
        }
        catch (RpcException)
        {
            // Refused, as most are.
        }
    }

    private static IEnumerable<MethodDescriptor> Methods() =>
        from type in typeof(DeviceReflection).Assembly.GetTypes()
        where type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.PropertyType == typeof(FileDescriptor)
        from service in ((FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!).Services
        from method in service.Methods
        select method;

    private static bool Happened(int watch) => ReadFile(watch, new byte[4096], 4096) > 0;

    [DllImport("libc", EntryPoint = "inotify_init1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StartWatch(int flags);

    [DllImport("libc", EntryPoint = "inotify_add_watch")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int AddWatch(int watch, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mask);

    [DllImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadFile(int file, byte[] buffer, nint count);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseFile(int file);
}
