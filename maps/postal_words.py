"""Words of USPS Publication 28: street suffixes, directions, secondary units, and ordinals as numbers."""

from types import MappingProxyType


def _table(rows: str) -> dict[str, str]:
    """Each line: the standard form, then the spellings that mean it."""
    words: dict[str, str] = {}
    for row in rows.strip().splitlines():
        standard, *others = row.split()
        for word in (standard, *others):
            words[word] = standard
    return words


def _words(text: str) -> list[str]:
    return text.split()


SUFFIXES = MappingProxyType(
    _table(
        """
        ALY ALLEY ALLEE
        ARC ARCADE
        AVE AVENUE AV AVEN AVENU AVN
        BND BEND
        BLF BLUFF
        BLVD BOULEVARD BOUL BOULV BLV
        BR BRANCH
        BRG BRIDGE
        BRK BROOK
        BYP BYPASS
        CYN CANYON
        CTR CENTER CENTRE
        CIR CIRCLE CIRC CRCL
        CMN COMMON
        CMNS COMMONS
        COR CORNER
        CORS CORNERS
        CT COURT CRT
        CTS COURTS
        CV COVE
        CRK CREEK
        CRES CRESCENT CRSENT
        XING CROSSING CRSSNG
        DR DRIVE DRV DRIV
        DRS DRIVES
        EST ESTATE
        ESTS ESTATES
        EXPY EXPRESSWAY EXPWY
        EXT EXTENSION EXTN
        FWY FREEWAY
        GDN GARDEN
        GDNS GARDENS
        GLN GLEN
        GRN GREEN
        GRV GROVE
        HTS HEIGHTS HT
        HWY HIGHWAY HIGHWY HIWAY
        HL HILL
        HLS HILLS
        HOLW HOLLOW
        IS ISLAND
        JCT JUNCTION
        KNL KNOLL
        LNDG LANDING
        LN LANE
        LOOP LOOPS
        MALL
        MNR MANOR
        MDW MEADOW
        MDWS MEADOWS
        MEWS
        ORCH ORCHARD
        OVAL
        PARK PK
        PKWY PARKWAY PARKWY PKY
        PASS
        PATH PATHS
        PIKE
        PL PLACE
        PLZ PLAZA
        PT POINT
        RNCH RANCH
        RDG RIDGE
        RD ROAD
        ROW
        RUN
        SHR SHORE
        SPG SPRING
        SPGS SPRINGS
        SQ SQUARE SQR
        STA STATION
        ST STREET STR STRT
        SMT SUMMIT
        TER TERRACE TERR
        TRCE TRACE
        TRL TRAIL
        TPKE TURNPIKE TPK TRNPK
        VLY VALLEY
        VW VIEW
        VLG VILLAGE
        VIS VISTA
        WALK
        WAY WY
        WHARF WHF
        WLS WELLS
        """
    )
)

DIRECTIONS = MappingProxyType(
    {
        "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W",
        "NORTHEAST": "NE", "NORTHWEST": "NW", "SOUTHEAST": "SE", "SOUTHWEST": "SW",
        "N": "N", "S": "S", "E": "E", "W": "W", "NE": "NE", "NW": "NW", "SE": "SE", "SW": "SW",
    }
)  # fmt: skip

UNITS = MappingProxyType(
    _table(
        """
        APT APARTMENT APARTMNT
        BSMT BASEMENT
        BLDG BUILDING
        DEPT DEPARTMENT
        FL FLOOR FLR
        FRNT FRONT
        HNGR HANGER HANGAR
        LBBY LOBBY
        LOT
        LOWR LOWER
        OFC OFFICE
        PH PENTHOUSE
        REAR
        RM ROOM
        SPC SPACE
        STE SUITE
        TRLR TRAILER
        UNIT
        UPPR UPPER
        """
    )
)

ORDINALS = MappingProxyType(
    {
        word: f"{number}{'ST' if number == 1 else 'ND' if number == 2 else 'RD' if number == 3 else 'TH'}"
        for number, word in enumerate(
            _words(
                "FIRST SECOND THIRD FOURTH FIFTH SIXTH SEVENTH EIGHTH NINTH TENTH ELEVENTH TWELFTH THIRTEENTH "
                "FOURTEENTH FIFTEENTH SIXTEENTH SEVENTEENTH EIGHTEENTH NINETEENTH TWENTIETH"
            ),
            start=1,
        )
    }
)

STATES = frozenset(
    _words(
        "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
        "OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY"
    )
)
