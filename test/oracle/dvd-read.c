/*
 * dvd-read IMAGE FOLDER: opens a film with libdvdread, as players do. Prints where each file lies ("NAME BLOCK BYTES"),
 * and writes titles and menus into FOLDER. What does not lie where its information file states is printed as
 * "wrong NAME", and makes it fail.
 */
#include <dvdread/dvd_reader.h>
#include <dvdread/dvd_udf.h>
#include <dvdread/ifo_read.h>
#include <stdio.h>
#include <stdlib.h>

static dvd_reader_t *disc;
static int failed;

/* Where a file lies, by libdvdread's own reader of UDF; 0 for none. */
static uint32_t place(const char *name, uint32_t *size) {
  char path[64];
  snprintf(path, sizeof path, "/VIDEO_TS/%s", name);
  *size = 0;
  return UDFFindFile(disc, path, size);
}

static void expect(const char *name, uint32_t block) {
  uint32_t size;
  uint32_t found = place(name, &size);
  printf("%s %u %u\n", name, found, size);
  if (found == block) return;
  printf("wrong %s: %u is stated\n", name, block);
  failed = 1;
}

/* Writes all sectors of menus or titles. */
static void copy(int set, dvd_read_domain_t domain, const char *folder, const char *name) {
  dvd_file_t *file = DVDOpenFile(disc, set, domain);
  char path[512];
  static unsigned char sector[DVD_VIDEO_LB_LEN];
  if (file == NULL) { printf("wrong %s: cannot be opened\n", name); failed = 1; return; }
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *out = fopen(path, "wb");
  for (ssize_t block = 0; block < DVDFileSize(file); block++) {
    if (DVDReadBlocks(file, block, 1, sector) != 1) { printf("wrong %s: cannot be read\n", name); failed = 1; break; }
    fwrite(sector, 1, sizeof sector, out);
  }
  fclose(out);
  DVDCloseFile(file);
}

int main(int count, char **words) {
  char name[32];
  uint32_t size;
  if (count != 3 || (disc = DVDOpen(words[1])) == NULL) return 2;
  ifo_handle_t *manager = ifoOpen(disc, 0);
  if (manager == NULL || manager->tt_srpt == NULL) return 2;
  uint32_t start = place("VIDEO_TS.IFO", &size);
  vmgi_mat_t *vmg = manager->vmgi_mat;
  expect("VIDEO_TS.IFO", start);
  expect("VIDEO_TS.BUP", start + vmg->vmg_last_sector - vmg->vmgi_last_sector);
  if (vmg->vmgm_vobs != 0) {
    expect("VIDEO_TS.VOB", start + vmg->vmgm_vobs);
    copy(0, DVD_READ_MENU_VOBS, words[2], "VIDEO_TS.VOB");
  }
  for (int title = 0; title < manager->tt_srpt->nr_of_srpts; title++) {
    int set = manager->tt_srpt->title[title].title_set_nr;
    uint32_t first = start + manager->tt_srpt->title[title].title_set_sector;
    ifo_handle_t *titles = ifoOpen(disc, set);
    if (titles == NULL) return 2;
    vtsi_mat_t *vts = titles->vtsi_mat;
    snprintf(name, sizeof name, "VTS_%02d_0.IFO", set);
    expect(name, first);
    snprintf(name, sizeof name, "VTS_%02d_0.BUP", set);
    expect(name, first + vts->vts_last_sector - vts->vtsi_last_sector);
    if (vts->vtsm_vobs != 0) {
      snprintf(name, sizeof name, "VTS_%02d_0.VOB", set);
      expect(name, first + vts->vtsm_vobs);
      copy(set, DVD_READ_MENU_VOBS, words[2], name);
    }
    snprintf(name, sizeof name, "VTS_%02d_1.VOB", set);
    expect(name, first + vts->vtstt_vobs);
    copy(set, DVD_READ_TITLE_VOBS, words[2], name);
    ifoClose(titles);
  }
  ifoClose(manager);
  DVDClose(disc);
  return failed;
}
