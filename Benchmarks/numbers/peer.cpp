// The peer: libphonenumber reads the same numbers on one core: parse, validity, type, national form.
#include <phonenumbers/phonenumberutil.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: peer FILE [ROUNDS]\n");
        return 2;
    }
    std::ifstream in(argv[1]);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
    unsigned long sum = 0, count = 0;
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const std::clock_t start = std::clock();  // processor time: a busy machine does not count
        for (const std::string& line : lines) {
            PhoneNumber number;
            if (util.Parse(line, "FR", &number) == PhoneNumberUtil::NO_PARSING_ERROR) {
                sum += util.IsValidNumber(number) + util.GetNumberType(number);
                std::string formatted;
                util.Format(number, PhoneNumberUtil::NATIONAL, &formatted);
                sum += formatted.size();
            }
        }
        const double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
        if (seconds < best) best = seconds;
        count += lines.size();
    }
    std::printf("numbers=%lu per_second=%.0f checksum=%lu\n", count, lines.size() / best, sum);
}
