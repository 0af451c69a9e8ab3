#ifndef VIGIE_MALLOC_H
#define VIGIE_MALLOC_H

#include <stddef.h>

/// From now on every allocation of `bytes` or more goes back to the system when it is freed (mallopt(3), M_MMAP_THRESHOLD). Without it,
/// the first large one that is freed teaches glibc to keep all of its size.
///
/// Returns 0 when the C library knows no such setting.
int vigie_return_allocations_of(size_t bytes);

#endif
