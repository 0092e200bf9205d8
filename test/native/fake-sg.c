/*
 * LD_PRELOAD library: device files named /dev/fake-NAME are drives that do what a command tells them to.
 *
 * It answers TEST UNIT READY, INQUIRY, READ(10) and WRITE(10) of a disc in memory, and the vendor-specific command C0h, whose byte 1
 * says what goes wrong:
 *   1 status: [2] SCSI status, [3] host status, [4] driver status      2 sense: [2] key, [3] ASC, [4] ASCQ
 *   3 the system call fails: [2] errno                                 4 short: sends [2-3] bytes fewer than it was asked for
 *   5 waits at gate [2] until command 6 opens it                       6 opens gate [2]
 *   7 the device is gone from now on                                   8 host status 0Bh [2] times, then good
 *   9 the number of descriptors that are open on fake drives, in byte 0
 *   10 waits until somebody waits at gate [2], or has passed it
 * FAKE_SG_FOLDER holds one file for each drive, so that locks are real ones.
 *
 * NAME decides how opening goes: "denied…" not for writing, "readonly…" neither, "busy…" not exclusively,
 * "none…" not at all, "old…" speaks no SG_IO.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { kDescriptors = 4096, kGates = 256, kBlockBytes = 2048, kBlocks = 512 };

struct fake {
  atomic_int open, gone, soft_errors;
  uint8_t *disc;
};
static struct fake fakes[kDescriptors];
static atomic_int open_count;
static pthread_mutex_t gate_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_opened = PTHREAD_COND_INITIALIZER;
static pthread_cond_t gate_reached = PTHREAD_COND_INITIALIZER;
static int gates[kGates];
static int reached[kGates];

static const char prefix[] = "/dev/fake-";
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static struct fake *fake_of(int fd) {
  return fd >= 0 && fd < kDescriptors && fakes[fd].open ? &fakes[fd] : NULL;
}

static int starts(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static int fail(int error) {
  errno = error;
  return -1;
}

static int open_fake(const char *name, int flags) {
  int writes = (flags & O_ACCMODE) == O_RDWR;
  if (starts(name, "none")) return fail(ENXIO);
  if (starts(name, "denied") && writes) return fail(EACCES);
  if (starts(name, "readonly") && writes) return fail(EROFS);
  if (starts(name, "busy") && (flags & O_EXCL)) return fail(EBUSY);
  char path[4096];
  const char *folder = getenv("FAKE_SG_FOLDER");
  snprintf(path, sizeof path, "%s/%s", folder ? folder : "/tmp", name);
  /* Its file is opened for writing whatever was asked for: only so it can be made. */
  int fd = REAL(open64)(path, (writes ? O_RDWR : O_RDONLY) | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || fd >= kDescriptors) return fail(EMFILE);
  fakes[fd].gone = fakes[fd].soft_errors = 0;
  fakes[fd].disc = calloc(kBlocks, kBlockBytes);
  fakes[fd].open = starts(name, "old") ? 2 : 1;
  open_count++;
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  if (starts(path, prefix)) return open_fake(path + sizeof prefix - 1, flags);
  return REAL(open64)(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  if (starts(path, prefix)) return open_fake(path + sizeof prefix - 1, flags);
  return REAL(open)(path, flags, mode);
}

int close(int fd) {
  struct fake *fake = fake_of(fd);
  if (fake != NULL) {
    fake->open = 0;
    free(fake->disc);
    open_count--;
  }
  return REAL(close)(fd);
}

static void sense(sg_io_hdr_t *io, int key, int asc, int ascq) {
  uint8_t data[18] = {0x70, 0, (uint8_t)key, 0, 0, 0, 0, 10, 0, 0, 0, 0, (uint8_t)asc, (uint8_t)ascq};
  io->status = 2;
  io->driver_status = 8;
  io->sb_len_wr = io->mx_sb_len < sizeof data ? io->mx_sb_len : sizeof data;
  memcpy(io->sbp, data, io->sb_len_wr);
}

static void send_bytes(sg_io_hdr_t *io, const void *bytes, unsigned count) {
  if (count > io->dxfer_len) count = io->dxfer_len;
  memcpy(io->dxferp, bytes, count);
  io->resid = (int)(io->dxfer_len - count);
}

static void wait_at_gate(int gate) {
  pthread_mutex_lock(&gate_mutex);
  reached[gate] = 1;
  pthread_cond_broadcast(&gate_reached);
  while (!gates[gate]) pthread_cond_wait(&gate_opened, &gate_mutex);
  pthread_mutex_unlock(&gate_mutex);
}

static void wait_for_arrival(int gate) {
  pthread_mutex_lock(&gate_mutex);
  while (!reached[gate]) pthread_cond_wait(&gate_reached, &gate_mutex);
  pthread_mutex_unlock(&gate_mutex);
}

static void open_gate(int gate) {
  pthread_mutex_lock(&gate_mutex);
  gates[gate] = 1;
  pthread_cond_broadcast(&gate_opened);
  pthread_mutex_unlock(&gate_mutex);
}

static int vendor_command(struct fake *fake, sg_io_hdr_t *io) {
  const uint8_t *cdb = io->cmdp;
  switch (cdb[1]) {
    case 1:
      io->status = cdb[2];
      io->host_status = cdb[3];
      io->driver_status = cdb[4];
      return 0;
    case 2:
      sense(io, cdb[2], cdb[3], cdb[4]);
      return 0;
    case 3:
      return fail(cdb[2]);
    case 4: {
      unsigned missing = cdb[2] * 256u + cdb[3];
      io->resid = (int)missing;
      if (missing <= io->dxfer_len) memset(io->dxferp, 0x5a, io->dxfer_len - missing);
      return 0;
    }
    case 5:
      wait_at_gate(cdb[2]);
      return 0;
    case 6:
      open_gate(cdb[2]);
      return 0;
    case 10:
      wait_for_arrival(cdb[2]);
      return 0;
    case 7:
      fake->gone = 1;
      return fail(ENODEV);
    case 8:
      if (fake->soft_errors < cdb[2]) {
        fake->soft_errors++;
        io->host_status = 0x0b;
      }
      return 0;
    case 9: {
      uint8_t count = (uint8_t)open_count;
      send_bytes(io, &count, 1);
      return 0;
    }
    default:
      sense(io, 5, 0x24, 0);
      return 0;
  }
}

static int command(struct fake *fake, sg_io_hdr_t *io) {
  static const char inquiry[] = "\x05\x80\x05\x02\x1f\0\0\0FAKE    TOLD-WHAT-TO-DO 0001";
  const uint8_t *cdb = io->cmdp;
  io->status = io->masked_status = 0;
  io->host_status = io->driver_status = 0;
  io->sb_len_wr = 0;
  io->resid = 0;
  if (io->interface_id != 'S') return fail(ENOSYS);
  if (io->cmd_len < 6) return fail(EMSGSIZE);
  if (fake->gone) return fail(ENODEV);
  unsigned block = cdb[2] << 24 | cdb[3] << 16 | cdb[4] << 8 | cdb[5];
  switch (cdb[0]) {
    case 0x00:
      return 0;
    case 0x12:
      send_bytes(io, inquiry, 36);
      return 0;
    case 0x28:
    case 0x2a: {
      if (block >= kBlocks || io->dxfer_len > (kBlocks - block) * kBlockBytes) {
        sense(io, 5, 0x21, 0);
        return 0;
      }
      uint8_t *at = fake->disc + block * kBlockBytes;
      if (cdb[0] == 0x28) memcpy(io->dxferp, at, io->dxfer_len);
      else memcpy(at, io->dxferp, io->dxfer_len);
      return 0;
    }
    case 0xc0:
      return vendor_command(fake, io);
    default:
      sense(io, 5, 0x20, 0);
      return 0;
  }
}

int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  struct fake *fake = fake_of(fd);
  if (fake == NULL) return REAL(ioctl)(fd, request, argument);
  switch ((uint32_t)request) {
    case SG_IO:
      return command(fake, argument);
    case SG_GET_VERSION_NUM:
      *(int *)argument = fake->open == 2 ? 20000 : 30536;
      return 0;
    case (uint32_t)BLKSECTGET:
      *(unsigned short *)argument = 256;
      return 0;
    default:
      return fail(ENOTTY);
  }
}
