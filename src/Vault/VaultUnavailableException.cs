using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>Why the vault cannot be used.</summary>
public enum VaultFault
{
    /// <summary>Another agent has the directory open.</summary>
    InUse,
    /// <summary>vault.db is not a vault.</summary>
    NotAVault,
    /// <summary>A newer agent wrote the vault.</summary>
    Newer,
    /// <summary>The disk is full.</summary>
    Full,
    /// <summary>The directory or a file in it cannot be created, read or written by this account.</summary>
    NoAccess,
    /// <summary>Anything else, as a failing disk or a file that was changed by someone else.</summary>
    Failed,
}

/// <summary>
/// The vault cannot be opened, read or written. Whatever was to be kept was not kept: nothing may be written to a phone on the
/// strength of it.
/// </summary>
public sealed class VaultUnavailableException : Exception
{
    internal VaultUnavailableException(VaultFault fault, string directory, string detail, Exception? inner = null)
        : base($"the vault in {directory} cannot be used: {detail}", inner)
    {
        Fault = fault;
        Directory = directory;
    }

    /// <summary>What is wrong.</summary>
    public VaultFault Fault { get; }

    /// <summary>Where the vault is.</summary>
    public string Directory { get; }

    internal static VaultUnavailableException From(SqliteException error, string directory) => error.SqliteErrorCode switch
    {
        // The result codes of https://sqlite.org/rescode.html; values never stand in SQLite's messages.
        13 => new(VaultFault.Full, directory, "the disk is full", error),
        3 or 8 or 14 or 23 => new(VaultFault.NoAccess, directory, "vault.db cannot be opened for writing", error),
        5 or 6 => new(VaultFault.InUse, directory, "another program holds vault.db", error),
        26 => new(VaultFault.NotAVault, directory, "vault.db is not a database", error),
        10 => new(VaultFault.Failed, directory, "the disk failed to read or write vault.db", error),
        11 => new(VaultFault.Failed, directory, "vault.db is damaged", error),
        _ => new(VaultFault.Failed, directory, error.Message, error),
    };
}
