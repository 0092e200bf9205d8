/* Takes the lock that burning programs take on the file it is given, says so, and keeps it until its input ends. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **words) {
  struct flock lock;
  char octet;
  memset(&lock, 0, sizeof lock);
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (count != 2) return 2;
  int fd = open(words[1], O_RDWR | O_CREAT, 0600);
  if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0) return 1;
  puts("locked");
  fflush(stdout);
  return read(0, &octet, 1) < 0;
}
