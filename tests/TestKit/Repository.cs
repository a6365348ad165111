namespace ImeiAgent.TestKit;

/// <summary>Files of the source tree that tests use without copying them.</summary>
public static class Repository
{
    /// <summary>The path of a file, given from the root of the repository.</summary>
    /// <exception cref="FileNotFoundException">It is not there, or the tests run outside of the source tree.</exception>
    public static string File(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!System.IO.File.Exists(Path.Combine(folder.FullName, "ImeiAgent.sln")))
                continue;
            string found = Path.Combine(folder.FullName, path);
            if (System.IO.File.Exists(found))
                return found;
        }
        throw new FileNotFoundException($"{path} was not found above {AppContext.BaseDirectory}");
    }
}
