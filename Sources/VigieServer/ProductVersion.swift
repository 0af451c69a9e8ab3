/// Which Vigie this is: said by `vigie --version`, the API's document and the Debian package, which reads it here.
public enum ProductVersion {
    /// Semantic version, such as `1.2.0`.
    public static let text = "0.3.0"
}
