import Testing
@testable import VigieCalls
