// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model file's bytes, whole.
#include <errno.h>
#include <fcntl.h>

#include "fsys.h"
#include "mem.h"
#include "model_file.h"

#define PIECE ((size_t)1 << 16)
#define MODEL_FILE_MAX ((size_t)1 << 30)

static pt_status read_all(int fd, const char *path, struct str *out, struct pt_error *err)
{
    char *buffer = mem_alloc(PIECE);
    pt_status status = PT_OK;
    ssize_t n = 0;
    if (buffer == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    while (status == PT_OK && (n = fsys_read(fd, buffer, PIECE)) > 0) {
        if (out->n > MODEL_FILE_MAX) {
            status = error_set(err, PT_E_LIMIT, "%s: larger than 1 GiB", path);
        } else if (!str_add_n(out, buffer, (size_t)n)) {
            status = error_set(err, PT_E_NO_MEMORY, "out of memory");
        }
    }
    if (n < 0) {
        status = error_system(err, errno, "%s", path);
    }
    mem_free(buffer);
    return status;
}

pt_status model_file_read(const char *path, struct str *out, struct pt_error *err)
{
    int fd = fsys_open(path, O_RDONLY, 0);
    if (fd < 0) {
        int number = errno;
        error_system(err, number, "%s", path);
        return number == ENOENT ? PT_E_NOT_FOUND : PT_E_IO;
    }
    pt_status status = read_all(fd, path, out, err);
    fsys_close(fd);
    return status;
}
