#include "CMalloc.h"

#if defined(__GLIBC__)
#include <malloc.h>

int vigie_return_allocations_of(size_t bytes) { return mallopt(M_MMAP_THRESHOLD, (int)bytes); }
#else
int vigie_return_allocations_of(size_t bytes) {
    (void)bytes;
    return 0;
}
#endif
