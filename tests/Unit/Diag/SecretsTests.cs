using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using Xunit;

namespace ImeiAgent.Unit.Diag;

public sealed class SecretsTests
{
    [Fact]
    public void An_spc_is_six_ascii_digits()
    {
        byte[] bytes = new byte[Spc.Length];
        Spc.TryParse("012345")!.Value.CopyTo(bytes);
        Assert.Equal("012345"u8.ToArray(), bytes);
    }

    [Fact]
    public void A_corrupted_spc_can_be_given_as_raw_bytes()
    {
        byte[] bytes = new byte[Spc.Length];
        Spc.FromBytes([0x00, 0x31, 0x00, 0xFF, 0x7E, 0x00]).CopyTo(bytes);
        Assert.Equal([0x00, 0x31, 0x00, 0xFF, 0x7E, 0x00], bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345 ")]
    [InlineData("12345A")]
    [InlineData("١٢٣٤٥٦")]
    public void Other_texts_are_no_spc(string text) => Assert.Null(Spc.TryParse(text));

    [Fact]
    public void Raw_bytes_must_be_six()
    {
        Assert.Throws<ArgumentException>(() => Spc.FromBytes(new byte[5]));
        Assert.Throws<ArgumentException>(() => Spc.FromBytes(new byte[7]));
    }

    [Fact]
    public void The_text_of_an_spc_tells_nothing_not_even_whether_two_are_equal()
    {
        Assert.Equal("******", Spc.FactoryDefault.ToString());
        Assert.Equal("******", Spc.TryParse("123456")!.Value.ToString());
        Assert.DoesNotContain("123456", new SpcRequest(Spc.TryParse("123456")!.Value).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_are_equal_when_their_bytes_are()
    {
        Assert.Equal(Spc.FactoryDefault, Spc.TryParse("000000"));
        Assert.NotEqual(Spc.FactoryDefault, Spc.TryParse("000001"));
        Assert.NotEqual(default, Spc.FromBytes(new byte[6]));
    }

    [Fact]
    public void A_code_or_password_that_was_never_given_is_never_sent()
    {
        Assert.Throws<InvalidOperationException>(() => new SpcRequest().Write(new byte[7]));
        Assert.Throws<InvalidOperationException>(() => new PasswordRequest().Write(new byte[9]));
    }

    [Theory]
    [InlineData("0400584752420249")]
    [InlineData("04 00 58 47 52 42 02 49")]
    [InlineData("04005847 52420249")]
    public void A_password_is_sixteen_hex_digits(string text)
    {
        byte[] bytes = new byte[SecurityPassword.Length];
        SecurityPassword.TryParse(text)!.Value.CopyTo(bytes);
        Assert.Equal([0x04, 0x00, 0x58, 0x47, 0x52, 0x42, 0x02, 0x49], bytes);
    }

    [Fact]
    public void A_password_of_zeros_is_a_password()
    {
        byte[] bytes = [1, 1, 1, 1, 1, 1, 1, 1];
        SecurityPassword.TryParse("0000000000000000")!.Value.CopyTo(bytes);
        Assert.Equal(new byte[8], bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFFFG")]
    [InlineData("0xFFFFFFFFFFFFFF")]
    public void Other_texts_are_no_password(string text) => Assert.Null(SecurityPassword.TryParse(text));

    [Fact]
    public void The_text_of_a_password_tells_nothing()
    {
        SecurityPassword password = SecurityPassword.TryParse("0400584752420249")!.Value;
        Assert.Equal("****************", password.ToString());
        Assert.DoesNotContain("0400", new PasswordRequest(password).ToString(), StringComparison.Ordinal);
    }
}
