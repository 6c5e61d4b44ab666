"""Sheets are uploaded and placed, pins have their measures

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sheet_upload',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('media', sa.String(length=10), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('pages_done', sa.Integer(), nullable=False),
    sa.Column('pages_of', sa.Integer(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason_code', sa.String(length=30), nullable=True),
    sa.Column('reason_page', sa.Integer(), nullable=True),
    sa.Column('reason_en', sa.String(length=500), nullable=True),
    sa.Column('reason_es', sa.String(length=500), nullable=True),
    sa.CheckConstraint("state IN ('WAITING','WORKING','DONE','REFUSED')", name=op.f('ck_sheet_upload_state')),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_sheet_upload_district_id_map_district')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sheet_upload_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_upload')),
    sa.UniqueConstraint('district_id', 'sha256', name=op.f('uq_sheet_upload_district_id_sha256'))
    )
    op.create_table('sheet_page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('district_id', sa.Integer(), nullable=False),
    sa.Column('upload_id', sa.Integer(), nullable=True),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('sheet_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('full', sa.String(length=400), nullable=False),
    sa.Column('overlay', sa.String(length=400), nullable=False),
    sa.Column('thumb', sa.String(length=400), nullable=False),
    sa.Column('width_px', sa.Integer(), nullable=False),
    sa.Column('height_px', sa.Integer(), nullable=False),
    sa.Column('overlay_width_px', sa.Integer(), nullable=False),
    sa.Column('overlay_height_px', sa.Integer(), nullable=False),
    sa.Column('turn_deg', sa.Integer(), nullable=False),
    sa.Column('tract_no', sa.String(length=40), nullable=True),
    sa.Column('map_book', sa.String(length=20), nullable=True),
    sa.Column('map_page', sa.String(length=40), nullable=True),
    sa.Column('survey_id', sa.String(length=60), nullable=True),
    sa.Column('place', sa.String(length=200), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('rms_ft', sa.Double(), nullable=True),
    sa.Column('placed_by', sa.Integer(), nullable=True),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('turn_deg IN (0, 90, 180, 270)', name=op.f('ck_sheet_page_turn_deg')),
    sa.ForeignKeyConstraint(['district_id'], ['map_district.id'], name=op.f('fk_sheet_page_district_id_map_district')),
    sa.ForeignKeyConstraint(['placed_by'], ['person.id'], name=op.f('fk_sheet_page_placed_by_person')),
    sa.ForeignKeyConstraint(['sheet_id'], ['map_sheet.id'], name=op.f('fk_sheet_page_sheet_id_map_sheet')),
    sa.ForeignKeyConstraint(['upload_id'], ['sheet_upload.id'], name=op.f('fk_sheet_page_upload_id_sheet_upload')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_page')),
    sa.UniqueConstraint('district_id', 'name', name=op.f('uq_sheet_page_district_id_name')),
    sa.UniqueConstraint('sheet_id', name=op.f('uq_sheet_page_sheet_id')),
    sa.UniqueConstraint('upload_id', 'page', name=op.f('uq_sheet_page_upload_id_page'))
    )
    op.create_table('sheet_point',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('x_px', sa.Double(), nullable=False),
    sa.Column('y_px', sa.Double(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['page_id'], ['sheet_page.id'], name=op.f('fk_sheet_point_page_id_sheet_page')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sheet_point_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_point')),
    sa.UniqueConstraint('page_id', 'number', name=op.f('uq_sheet_point_page_id_number'))
    )
    op.create_index(op.f('ix_sheet_point_page_id'), 'sheet_point', ['page_id'], unique=False)
    op.create_table('pin_fix',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_point_id', sa.Integer(), nullable=False),
    sa.Column('source_key', sa.String(length=80), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('accuracy_m', sa.Double(), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('device', sa.String(length=40), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('visit_id', sa.String(length=36), nullable=True),
    sa.CheckConstraint("source IN ('VISIT','SURVEY','MAP','PARCEL','ADDRESS')", name=op.f('ck_pin_fix_source')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pin_fix_person_id_person')),
    sa.ForeignKeyConstraint(['service_point_id'], ['service_point.id'], name=op.f('fk_pin_fix_service_point_id_service_point')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pin_fix')),
    sa.UniqueConstraint('source_key', name=op.f('uq_pin_fix_source_key'))
    )
    op.create_index(op.f('ix_pin_fix_service_point_id'), 'pin_fix', ['service_point_id'], unique=False)
    op.create_table('pin_site',
    sa.Column('service_point_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=2), nullable=True),
    sa.Column('street', sa.String(length=120), nullable=True),
    sa.Column('cross_street', sa.String(length=120), nullable=True),
    sa.Column('landmark', sa.String(length=120), nullable=True),
    sa.Column('photo_sha256', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('noted_by', sa.Integer(), nullable=False),
    sa.CheckConstraint("side IN ('N','NE','E','SE','S','SW','W','NW')", name=op.f('ck_pin_site_side')),
    sa.ForeignKeyConstraint(['noted_by'], ['person.id'], name=op.f('fk_pin_site_noted_by_person')),
    sa.ForeignKeyConstraint(['service_point_id'], ['service_point.id'], name=op.f('fk_pin_site_service_point_id_service_point')),
    sa.PrimaryKeyConstraint('service_point_id', name=op.f('pk_pin_site'))
    )
    op.create_table('pin_tie',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_point_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('tenths_ft', sa.Integer(), nullable=False),
    sa.Column('relation', sa.String(length=12), nullable=False),
    sa.Column('mark', sa.String(length=16), nullable=False),
    sa.Column('note', sa.String(length=80), nullable=False),
    sa.Column('measured_on', sa.Date(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("mark IN ('HOUSE','HOUSE_NE','HOUSE_NW','HOUSE_SE','HOUSE_SW','CURB','WALK','DRIVE','PROPERTY_LINE','FENCE','POLE','TREE','HYDRANT','MONUMENT','OTHER')", name=op.f('ck_pin_tie_mark')),
    sa.CheckConstraint("relation IN ('FROM','BEHIND','IN_FRONT_OF','LEFT_OF','RIGHT_OF','NORTH_OF','EAST_OF','SOUTH_OF','WEST_OF')", name=op.f('ck_pin_tie_relation')),
    sa.CheckConstraint('tenths_ft >= 0 AND tenths_ft <= 10000', name=op.f('ck_pin_tie_tenths_ft')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pin_tie_person_id_person')),
    sa.ForeignKeyConstraint(['service_point_id'], ['service_point.id'], name=op.f('fk_pin_tie_service_point_id_service_point')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pin_tie'))
    )
    op.create_index(op.f('ix_pin_tie_service_point_id'), 'pin_tie', ['service_point_id'], unique=False)
    # Sheets that came with the town's data can be read and placed anew like those that people bring in.
    op.execute(
        'INSERT INTO sheet_page (district_id, page, sheet_id, name, "full", overlay, thumb, width_px, height_px, '
        'overlay_width_px, overlay_height_px, turn_deg, version) '
        'SELECT district_id, 1, id, name, file, file, file, width_px, height_px, width_px, height_px, 0, 1 '
        'FROM map_sheet WHERE file IS NOT NULL AND corners IS NOT NULL AND width_px IS NOT NULL AND height_px IS NOT NULL'
    )


def downgrade() -> None:
    op.drop_table('pin_tie')
    op.drop_table('pin_site')
    op.drop_table('pin_fix')
    op.drop_table('sheet_point')
    op.drop_table('sheet_page')
    op.drop_table('sheet_upload')
