import Testing
@testable import VigieMitigation
