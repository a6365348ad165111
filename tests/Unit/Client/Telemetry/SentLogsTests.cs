using ImeiAgent.Client.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImeiAgent.Unit.Client.Telemetry;

/// <summary>What a program logs is sent only when the variables ask for logs, and of others than itself no more than it shows.</summary>
public class SentLogsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("OTEL_TRACES_EXPORTER=otlp")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 OTEL_LOGS_EXPORTER=none")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 OTEL_SDK_DISABLED=true")]
    public async Task Unless_the_variables_ask_for_logs_nothing_listens_to_them(string variables)
    {
        await using ProgramTelemetry telemetry = Start(variables);
        ServiceCollection services = new();

        services.AddLogging(telemetry.AddTo);

        Assert.DoesNotContain(services, service => service.ServiceType == typeof(ILoggerProvider));
    }

    [Theory]
    [InlineData("ImeiAgent.Client.Desktop.DeviceFeed", LogLevel.Information)]
    [InlineData("Microsoft.Hosting.Lifetime", LogLevel.Warning)]
    [InlineData("Microsoft.AspNetCore.DataProtection.KeyManagement", LogLevel.Error)]
    public async Task Its_own_records_go_out_from_information_on_and_those_of_libraries_as_its_filters_say(string category, LogLevel least)
    {
        await using ProgramTelemetry telemetry = Start("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://127.0.0.1:9");
        await using ServiceProvider services = new ServiceCollection().AddLogging(logging => telemetry.AddTo(logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error))).BuildServiceProvider();

        ILogger log = services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

        Assert.Equal((false, true), (log.IsEnabled(least - 1), log.IsEnabled(least)));
    }

    private static ProgramTelemetry Start(string variables)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return ProgramTelemetry.Start("test", "ImeiAgent.Tests.SentLogs", values.GetValueOrDefault);
    }
}
